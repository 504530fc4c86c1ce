//! Kept once, whole or not at all, verified on reading.

use super::*;

const PDF: &[u8] = b"%PDF-1.7\nhello";

fn store() -> (tempfile::TempDir, DocumentStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = DocumentStore::new(directory.path().join("documents"));
    (directory, store)
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn a_document_is_kept_under_its_digest_once() {
    let (directory, store) = store();
    let first = store.put("Tờ trình.pdf", PDF.into()).await.unwrap();
    let again = store.put("bản sao.pdf", PDF.into()).await.unwrap();
    let sha256 = first.sha256.clone().unwrap();
    assert_eq!(again.sha256, first.sha256);
    assert_eq!(first.media_type.as_deref(), Some("application/pdf"));
    assert_eq!(first.size, Some(PDF.len() as u64));
    assert_eq!(store.get(&sha256).await.unwrap().as_deref(), Some(PDF));
    let kept = files(directory.path());
    let expected = directory
        .path()
        .join("documents/sha256")
        .join(&sha256[0..2])
        .join(&sha256[2..4])
        .join(&sha256);
    assert_eq!(kept, [expected]);
}

#[tokio::test]
async fn the_same_document_sent_by_many_at_once_is_kept_once() {
    let (directory, store) = store();
    let puts = (0..8).map(|_| store.put("a.pdf", PDF.into()));
    for put in futures::future::join_all(puts).await {
        assert!(put.is_ok(), "{put:?}");
    }
    assert_eq!(files(directory.path()).len(), 1);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let (directory, store) = store();
    let huge = vec![0_u8; DOCUMENT_BYTES_MAX + 1];
    assert!(matches!(
        store.put("a.pdf", axum::body::Bytes::new()).await,
        Err(DocumentError::Empty)
    ));
    assert!(matches!(
        store.put("a.pdf", huge.into()).await,
        Err(DocumentError::TooLarge { .. })
    ));
    assert!(matches!(
        store
            .put("a.pdf", axum::body::Bytes::from_static(b"MZ"))
            .await,
        Err(DocumentError::Kind)
    ));
    let long = "a".repeat(256);
    for name in [
        "", " ", ".", "..", "a/b.pdf", "a\\b.pdf", "a\n.pdf", "a\0", &long,
    ] {
        assert!(
            matches!(
                store.put(name, PDF.into()).await,
                Err(DocumentError::Name { .. })
            ),
            "{name:?}"
        );
    }
    assert!(store.put(&"đ".repeat(255), PDF.into()).await.is_ok());
    assert_eq!(files(directory.path()).len(), 1);
}

#[tokio::test]
async fn a_damaged_document_is_not_given_out() {
    let (directory, store) = store();
    let kept = store.put("a.pdf", PDF.into()).await.unwrap();
    let path = files(directory.path()).remove(0);
    fs::write(path, b"%PDF-1.7\nhellO").unwrap();
    let answer = store.get(&kept.sha256.unwrap()).await;
    assert!(matches!(answer, Err(DocumentError::Damaged { .. })));
}

#[tokio::test]
async fn what_is_no_digest_finds_nothing() {
    let (_directory, store) = store();
    let absent = "0".repeat(64);
    for digest in ["", "../../etc/passwd", &"A".repeat(64), &absent] {
        assert!(store.get(digest).await.unwrap().is_none(), "{digest}");
    }
}

#[tokio::test]
async fn what_was_kept_elsewhere_is_kept_if_it_has_its_digest_and_listed() {
    let (directory, store) = store();
    assert_eq!(store.digests().await.unwrap(), Vec::<String>::new());
    let kept = store.put("a.pdf", PDF.into()).await.unwrap();
    let kept = kept.sha256.unwrap();
    // No kind that is accepted today.
    let other = hex::encode(Sha256::digest(b"anything"));
    store.keep(&other, b"anything".to_vec()).await.unwrap();
    store.keep(&other, b"anything".to_vec()).await.unwrap();
    for (digest, bytes) in [(&kept, b"anything".to_vec()), (&"../x".to_owned(), vec![1])] {
        let refused = store.keep(digest, bytes).await;
        assert!(matches!(refused, Err(DocumentError::Damaged { .. })));
    }
    let root = directory.path().join("documents/sha256");
    fs::write(root.join("stray"), b"x").unwrap();
    fs::write(
        root.join(&kept[0..2]).join(&kept[2..4]).join(".writing-x"),
        b"x",
    )
    .unwrap();
    let mut wanted = vec![kept.clone(), other];
    wanted.sort();
    assert_eq!(store.digests().await.unwrap(), wanted);
    assert_eq!(store.get(&kept).await.unwrap().as_deref(), Some(PDF));
}

#[tokio::test]
async fn a_damaged_copy_is_replaced_by_the_one_that_is_whole() {
    let (directory, store) = store();
    let kept = store
        .put("a.pdf", PDF.into())
        .await
        .unwrap()
        .sha256
        .unwrap();
    fs::write(files(directory.path()).remove(0), b"%PDF-1.7\nhellO").unwrap();
    store.keep(&kept, PDF.to_vec()).await.unwrap();
    assert_eq!(store.get(&kept).await.unwrap().as_deref(), Some(PDF));
}
