//! Documents: kept, referred to, given back to those who may have them.

use super::*;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

async fn upload(p: &Province, token: &str) -> Answer {
    let path = "/api/v1/documents?name=b%C3%A1o%20c%C3%A1o.pdf";
    p.app
        .post_bytes(token, path, "application/pdf", PDF.to_vec())
        .await
}

#[tokio::test]
async fn an_uploaded_document_is_attached_and_given_back_to_those_who_may_have_it() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let document = upload(p, &p.staff).await.json;
    assert_eq!(document["name"], "báo cáo.pdf");
    assert_eq!(document["mediaType"], "application/pdf");
    let path = format!("documents/{}", document["sha256"].as_str().unwrap());
    assert_eq!(
        p.get(&p.staff, &path).await.status,
        404,
        "it belongs to no dossier yet"
    );
    let body = json!({"kind": "EVIDENCE", "document": document});
    let answer = p.done(&p.staff, "dossiers/HS-1/attachments", body).await;
    assert_eq!(answer.json["attachments"][0]["document"], document);
    let mine = p.get(&p.staff, &path).await;
    assert_eq!((mine.status, mine.text.as_bytes()), (200, PDF));
    assert_eq!(mine.header("content-type"), "application/pdf");
    assert_eq!(mine.header("x-content-type-options"), "nosniff");
    assert_eq!(p.get(&p.auditor, &path).await.status, 200);
    assert_eq!(p.get(&p.neighbour, &path).await.status, 404);
}

#[tokio::test]
async fn size_and_kind_are_the_stores_word_and_not_the_callers() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let mut document = upload(p, &p.staff).await.json;
    document["size"] = json!(1);
    document["mediaType"] = json!("image/png");
    let body = json!({"kind": "EVIDENCE", "document": document});
    let answer = p.done(&p.staff, "dossiers/HS-1/attachments", body).await;
    let kept = &answer.json["attachments"][0]["document"];
    assert_eq!(kept["size"], PDF.len());
    assert_eq!(kept["mediaType"], "application/pdf");
}

#[tokio::test]
async fn a_digest_nobody_uploaded_is_refused_and_a_paper_needs_none() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let unknown = json!({"kind": "OTHER", "document": {"name": "a.pdf", "sha256": "0".repeat(64)}});
    let answer = p
        .problem(&p.staff, "dossiers/HS-1/attachments", unknown)
        .await;
    assert_eq!((answer.status, answer.code()), (422, "document-unknown"));
    let paper = json!({"kind": "OTHER", "document": {"name": "a.pdf"}});
    p.done(&p.staff, "dossiers/HS-1/attachments", paper).await;
}

#[tokio::test]
async fn an_auditor_uploads_nothing_and_programs_are_no_documents() {
    let province = Province::new().await;
    let p = &province;
    assert_eq!(upload(p, &p.auditor).await.status, 403);
    let path = "/api/v1/documents?name=a.exe";
    let program = p
        .app
        .post_bytes(&p.staff, path, "application/pdf", b"MZ\x90\x00".to_vec())
        .await;
    assert_eq!(program.status, 415);
}
