create table orders (
  order_key varchar(64) primary key,
  sku varchar(40) not null,
  quantity int not null,
  total_cents bigint not null,
  placed_at timestamp with time zone default current_timestamp not null
);
