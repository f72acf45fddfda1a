-- Whether the certificates of the applications an account asks must hold.

ALTER TABLE account ADD COLUMN verify_certificates INTEGER NOT NULL DEFAULT 1;
