-- Leases and fences of Muster. Tokens have 53 bits: an epoch of 13, a counter of 40. Where this schema is created by Muster the epoch is
-- the number of days since 2025-01-01; the one below is 1.
CREATE SEQUENCE IF NOT EXISTS muster_lease_token MINVALUE 1 MAXVALUE 9007199254740991 START WITH 1099511627777;

CREATE TABLE IF NOT EXISTS muster_lease (
  name           VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
  holder         VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  request_id     VARCHAR(36) CHARACTER SET ascii NOT NULL,
  token          BIGINT NOT NULL,
  ttl_micros     BIGINT NOT NULL,
  expires_at     DATETIME(6) NOT NULL,
  completed_tick BIGINT
);

CREATE TABLE IF NOT EXISTS muster_fence (
  resource       VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
  token          BIGINT NOT NULL
);
