BEGIN TRANSACTION;
CREATE TABLE articles (
    article_key INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, subtitle TEXT NOT NULL, author TEXT NOT NULL,   -- author: a JSON array
    published TEXT, source TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL,
    body TEXT NOT NULL
, place TEXT NOT NULL DEFAULT '', dates TEXT NOT NULL DEFAULT '[]');
INSERT INTO "articles" VALUES(1,'river-1','清河两岸新修步道','六公里长的散步好去处','["林小川", "周禾"]','2021-05-14','清河日报','news','https://example.org/river','清河街道近日完成两岸步道的铺设。步道全长六公里，沿线设了十二处座椅。
居民可以从三座桥走上步道。','','[]');
INSERT INTO "articles" VALUES(2,'market-2','早市搬进新大棚','','[]','2022','清河日报','brief','','南门早市五月迁入新大棚。摊主陈桂兰说，雨天再也不用收摊，联系电话13800138000。','清河','["2022-05"]');
INSERT INTO "articles" VALUES(3,'note-3','停水通知','','[]',NULL,'','notice','','东区周三检修管道，停水半天。','','[]');
CREATE TABLE deletions (sequence INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL);
CREATE TABLE document_articles (
    document_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (document_key, article_key)
) WITHOUT ROWID;
INSERT INTO "document_articles" VALUES(1,1);
INSERT INTO "document_articles" VALUES(1,2);
INSERT INTO "document_articles" VALUES(1,3);
CREATE TABLE documents (
    document_key INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,       -- absolute path, or a name given over HTTP
    fingerprint TEXT NOT NULL        -- of the bytes and of the reading's options; '' while being read
);
INSERT INTO "documents" VALUES(1,'/papers/page.txt','fingerprint-v1');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('archive','a06b7eb0493d9d5e');
INSERT INTO "meta" VALUES('encoder','hash:8');
INSERT INTO "meta" VALUES('generation','10');
INSERT INTO "meta" VALUES('schema_version','2');
CREATE TABLE origins (
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    raw_key INTEGER NOT NULL REFERENCES raw_texts ON DELETE CASCADE,
    runs BLOB NOT NULL,              -- zlib of (start in body, start in raw text, length), little-endian uint32
    PRIMARY KEY (article_key, raw_key)
) WITHOUT ROWID;
INSERT INTO "origins" VALUES(2,1,X'789C63606060E0006211289605620920060004300066');
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL
);
INSERT INTO "passages" VALUES(1,1,0,16);
INSERT INTO "passages" VALUES(2,1,16,48);
INSERT INTO "passages" VALUES(3,2,0,12);
INSERT INTO "passages" VALUES(4,2,12,44);
INSERT INTO "passages" VALUES(5,3,0,14);
CREATE TABLE raw_texts (
    raw_key INTEGER PRIMARY KEY,
    document_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    locator TEXT NOT NULL,           -- the place in the document, "page 2"
    stale INTEGER NOT NULL,          -- 1 while the document is being read anew
    content BLOB NOT NULL            -- zlib of UTF-8
);
INSERT INTO "raw_texts" VALUES(1,1,'page 1',0,X'789C7B367DE5D31D4DCF26AC79B17FF6B3691B9E2E59FE6CF12CAEA7BDD35F4E5FF10C2CF764D79467733A5EEC6F7CDABA14AEE27143D3B3895D4F76EC7E39B3E3D9C2A6A7AD1B5EACDFF27E4FCFCBD92BB89E2E59F9B4ADF7C9CEF94F76F43E9FB2E2D9946D40A540B9178D539E6FDEFD7CCAD617EBE71A1A5B1818800903A0510038F4579A');
CREATE TABLE vectors (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages ON DELETE CASCADE,
    vector BLOB NOT NULL             -- float16, little-endian
);
INSERT INTO "vectors" VALUES(1,1,X'5E31613622310FB90737EE322BB48334');
INSERT INTO "vectors" VALUES(2,2,X'803443339D25C0368CB806B0F4B56537');
INSERT INTO "vectors" VALUES(3,3,X'6A25FBB0A9B662B0701CB2B083394A38');
INSERT INTO "vectors" VALUES(4,4,X'45B958B76FA991AEA52AC22A1E3853B4');
INSERT INTO "vectors" VALUES(5,5,X'39B0B6393B336A33BFB19BB87D2BE028');
CREATE INDEX articles_published ON articles (published);
CREATE INDEX document_articles_article ON document_articles (article_key);
CREATE INDEX passages_article ON passages (article_key);
CREATE TRIGGER passage_deleted AFTER DELETE ON passages
    BEGIN INSERT INTO deletions (passage_id) VALUES (old.passage_id); END;
CREATE INDEX raw_texts_document ON raw_texts (document_key);
CREATE INDEX origins_raw ON origins (raw_key);
CREATE TRIGGER origin_deleted AFTER DELETE ON origins
    WHEN NOT EXISTS (SELECT 1 FROM origins WHERE raw_key = old.raw_key)
    BEGIN DELETE FROM raw_texts WHERE raw_key = old.raw_key; END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('articles',3);
INSERT INTO "sqlite_sequence" VALUES('passages',5);
INSERT INTO "sqlite_sequence" VALUES('vectors',5);
COMMIT;
