"""The tables of the demo shop."""

from __future__ import annotations

# Raised whenever a table changes: an older file is refused with a clear word, see database.py.
VERSION = 3

TABLES = """
CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,             -- in lower case
    username TEXT NOT NULL UNIQUE,
    phone TEXT,
    region TEXT NOT NULL,
    vip INTEGER NOT NULL,
    street TEXT NOT NULL,                   -- the default delivery address
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    newsletter INTEGER NOT NULL,            -- consents
    sms INTEGER NOT NULL,
    two_factor TEXT NOT NULL,               -- where the codes for signing in go: email, text, off
    closing_on TEXT,                        -- the day on which a closed account is gone
    password_hash TEXT                      -- scrypt; null until the first reset
);
CREATE TABLE payment_methods (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    kind TEXT NOT NULL,                     -- card, paypal, bank_transfer, gift_card
    label TEXT NOT NULL,                    -- as the customer would say it
    balance INTEGER                         -- of a gift card, in the customer's currency
);
CREATE INDEX methods_of_customer ON payment_methods (customer_id, id);
CREATE TABLE stock (
    variant_id TEXT PRIMARY KEY,
    pieces INTEGER NOT NULL CHECK (pieces >= 0)
);
CREATE TABLE stock_reminders (
    variant_id TEXT NOT NULL REFERENCES stock,
    customer_id TEXT NOT NULL REFERENCES customers,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (variant_id, customer_id)
);
CREATE TABLE orders (
    number TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    email TEXT NOT NULL,                    -- as on the order, in lower case
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    state TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    estimated_day TEXT,
    delay_reason TEXT,
    currency TEXT NOT NULL,
    total INTEGER NOT NULL,
    refund INTEGER,
    refund_expected_by TEXT,
    cancelled_at TEXT,
    cancel_reason TEXT,
    returned_at TEXT,
    refunded_at TEXT
);
CREATE INDEX orders_of_customer ON orders (customer_id, placed_at);
CREATE TABLE order_items (
    id TEXT PRIMARY KEY,
    order_number TEXT NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    product TEXT NOT NULL,
    variant TEXT NOT NULL,
    product_id TEXT NOT NULL,
    variant_id TEXT NOT NULL REFERENCES stock,
    quantity INTEGER NOT NULL,
    price INTEGER NOT NULL,                 -- of one piece
    status TEXT NOT NULL,
    shipment_id TEXT REFERENCES shipments
);
CREATE INDEX items_of_order ON order_items (order_number, position);
CREATE TABLE shipments (
    id TEXT PRIMARY KEY,
    order_number TEXT NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    tracking_url TEXT,
    status TEXT NOT NULL,
    shipped_at TEXT,
    estimated_day TEXT,
    delivered_at TEXT
);
CREATE INDEX shipments_of_order ON shipments (order_number, position);
CREATE TABLE payments (
    order_number TEXT NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    method TEXT NOT NULL,                   -- the label, as it was then
    method_id TEXT NOT NULL REFERENCES payment_methods,
    status TEXT NOT NULL,
    amount INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    PRIMARY KEY (order_number, position)
);
CREATE TABLE changes (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key_hash TEXT NOT NULL UNIQUE,          -- keyed hash of the Idempotency-Key
    customer_id TEXT NOT NULL REFERENCES customers,
    order_number TEXT REFERENCES orders,    -- null for a change of the profile
    kind TEXT NOT NULL,
    record TEXT NOT NULL,                   -- JSON, as the caller was told
    made_by TEXT NOT NULL,                  -- JSON: channel, conversation, proof
    made_at TEXT NOT NULL
);
CREATE INDEX changes_of_order ON changes (order_number, kind);
CREATE TABLE find_misses (
    number TEXT NOT NULL,                   -- an order's; or the keyed hash of a name or postcode
    at TEXT NOT NULL
);
CREATE INDEX misses_of_number ON find_misses (number, at);
CREATE TABLE code_guards (
    email_key TEXT PRIMARY KEY,             -- keyed hash: strangers' addresses are not kept
    sent_at TEXT,
    misses INTEGER NOT NULL DEFAULT 0,
    missed_at TEXT,
    locked_until TEXT
);
CREATE TABLE code_challenges (
    id TEXT PRIMARY KEY,
    email_key TEXT NOT NULL,
    customer_id TEXT REFERENCES customers,  -- null: no account, so no code ever fits
    code_hash TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0        -- used, replaced by a newer one, or locked
);
CREATE INDEX challenges_of_email ON code_challenges (email_key);
CREATE TABLE contact_codes (                -- the challenges that prove a contact, and nobody
    challenge_id TEXT PRIMARY KEY REFERENCES code_challenges,
    customer_id TEXT NOT NULL REFERENCES customers,
    kind TEXT NOT NULL,                     -- email or phone
    role TEXT NOT NULL,                     -- old or new
    value TEXT NOT NULL,                    -- the new contact
    proven_at TEXT
);
CREATE INDEX codes_of_customer ON contact_codes (customer_id, kind, value);
CREATE TABLE reset_links (
    token_hash TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    expires_at TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    medium TEXT NOT NULL,                   -- email or text
    kind TEXT NOT NULL,                     -- see mail.Message
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at TEXT NOT NULL
);
CREATE INDEX messages_to ON messages (recipient, kind, sent_at);
CREATE TABLE tickets (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    summary TEXT NOT NULL,
    channel TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    transcript TEXT NOT NULL,               -- JSON, as it came
    slots TEXT NOT NULL,                    -- JSON, as they came
    customer_id TEXT,                       -- kept as it came, also when unknown
    contact TEXT,
    priority TEXT NOT NULL,
    created_at TEXT NOT NULL,
    answer_by TEXT NOT NULL
);
CREATE TABLE ticket_notes (
    ticket_serial INTEGER NOT NULL REFERENCES tickets,
    text TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX notes_of_ticket ON ticket_notes (ticket_serial);
CREATE TABLE kept_answers (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,                  -- keyed hash of method, path and body
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    headers TEXT NOT NULL,
    kept_at TEXT NOT NULL
);
CREATE INDEX kept_answers_age ON kept_answers (kept_at);
"""
