create table item (
  sku varchar(40) primary key,
  price_cents bigint not null,
  in_stock int not null
);

-- The same 500 articles in every instance.
insert into item (sku, price_cents, in_stock)
select 'sku-' || x, 100 + mod(x * 7919, 9900), 1000 + mod(x * 104729, 9000) from system_range(1, 500);
