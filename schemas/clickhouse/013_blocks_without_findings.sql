-- A block's row holds what the block itself tells; findings of a slot are counted where they are stored.
ALTER TABLE blocks DROP COLUMN IF EXISTS arbitrage_count;
