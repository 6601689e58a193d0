ALTER TABLE `sluice`.`blocks` ON CLUSTER `main` DROP COLUMN IF EXISTS arbitrage_count;

ALTER TABLE `sluice`.`blocks_local` ON CLUSTER `main` DROP COLUMN IF EXISTS arbitrage_count;
