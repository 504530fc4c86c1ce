//! Publications, entries and rule books.

use hoso_domain::rulebook::RuleBook;

use super::*;

fn publication(edition: u16, on: &str) -> Value {
    json!({
        "kind": "UNIT_INDEX", "year": 2022, "edition": edition, "publishedOn": on,
        "decisionNumber": format!("{edition}/QĐ-UBND"), "publisher": "Chủ tịch UBND tỉnh"
    })
}

fn scores(rows: &[(&str, &str)]) -> Value {
    let entries: Vec<_> = rows
        .iter()
        .map(|(unit, score)| json!({"unit": unit, "score": score}))
        .collect();
    json!({"kind": "UNIT_INDEX", "year": 2022, "entries": entries})
}

#[tokio::test]
async fn a_corrected_index_shows_what_changed() {
    let p = Province::new().await;
    p.unit("so-xay-dung", "Sở Xây dựng").await;
    p.done(
        &p.home_affairs,
        "publications",
        publication(1, "2023-03-31"),
    )
    .await;
    let first = p
        .done(
            &p.home_affairs,
            "index-entries",
            scores(&[("so-xay-dung", "76.15")]),
        )
        .await;
    assert_eq!(
        (&first.json["recorded"], &first.json["corrected"]),
        (&json!(1), &json!(0))
    );
    p.done(
        &p.home_affairs,
        "publications",
        publication(2, "2023-06-12"),
    )
    .await;
    let second = p
        .done(
            &p.home_affairs,
            "index-entries",
            scores(&[("so-xay-dung", "77.15")]),
        )
        .await;
    assert_eq!(second.json["corrected"], 1);
    let shown = p.get(&p.unit_staff, "index-entries/UNIT_INDEX/2022").await;
    assert_eq!(shown.json["entries"][0]["score"], "77.15");
    assert_eq!(shown.json["publications"].as_array().map(Vec::len), Some(2));
    let all = p.get(&p.auditor, "publications").await;
    assert_eq!(all.json.as_array().map(Vec::len), Some(2));
    let last = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    assert_eq!(
        last.last().map(|e| e.data.clone()).unwrap(),
        r#"{"indexCorrected":{"kind":"UNIT_INDEX","year":2022,"edition":2,"changes":[{"subject":"so-xay-dung","from":"76.15","to":"77.15"}]}}"#
    );
}

#[tokio::test]
async fn entries_name_assessed_units_and_the_fields_of_their_kind() {
    let p = Province::new().await;
    p.unit("so-y-te", "Sở Y tế").await;
    let unknown = p
        .post(
            &p.home_affairs,
            "index-entries",
            scores(&[("so-y-te", "80"), ("so-la", "80")]),
        )
        .await;
    assert_eq!((unknown.status, unknown.code()), (422, "unit-not-assessed"));
    assert_eq!(unknown.json["errors"][0]["field"], "entries[1]");
    for (entry, field) in [
        (json!({"unit": "so-y-te"}), "entries[0].score"),
        (json!({"score": "80"}), "entries[0].unit"),
        (
            json!({"unit": "so-y-te", "score": "80", "assigned": 1}),
            "entries[0]",
        ),
        (
            json!({"unit": "so-y-te", "score": "80.00001"}),
            "entries[0].score",
        ),
        (json!({"unit": "so-y-te", "score": 80}), "entries[0].score"),
    ] {
        let body = json!({"kind": "UNIT_INDEX", "year": 2022, "entries": [entry]});
        let answer = p.post(&p.home_affairs, "index-entries", body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (422, "body-invalid"),
            "{}",
            answer.text
        );
        assert_eq!(answer.json["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn every_kind_of_entry_reads_back_as_it_was_sent() {
    let p = Province::new().await;
    p.unit("so-y-te", "Sở Y tế").await;
    for (kind, entry) in [
        ("SATISFACTION", json!({"unit": "so-y-te", "rate": "92.1"})),
        (
            "TASKS",
            json!({"unit": "so-y-te", "assigned": 30, "doneOnTime": 29}),
        ),
        (
            "PROVINCIAL_INDEX",
            json!({"component": "the-che", "name": "Thể chế", "adviser": "so-y-te"}),
        ),
    ] {
        let body = json!({"kind": kind, "year": 2024, "entries": [entry]});
        p.done(&p.home_affairs, "index-entries", body).await;
        let shown = p
            .get(&p.auditor, &format!("index-entries/{kind}/2024"))
            .await;
        assert_eq!(shown.json["entries"], json!([entry]));
    }
    for path in ["index-entries/GOLD/2024", "index-entries/TASKS/2023"] {
        assert_eq!(p.get(&p.auditor, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_edition_out_of_turn_is_a_conflict() {
    let p = Province::new().await;
    let gap = p
        .post(
            &p.home_affairs,
            "publications",
            publication(2, "2023-06-12"),
        )
        .await;
    assert_eq!((gap.status, gap.code()), (409, "index-edition-gap"));
}

#[tokio::test]
async fn a_rule_book_is_published_as_what_it_is_and_once() {
    let p = Province::new().await;
    let text = RuleBook::soc_trang_text();
    let book = |id: &str, body: &str| {
        json!({
            "ruleBook": id, "version": RuleBook::soc_trang().version(),
            "source": "Kế hoạch 52/KH-UBND", "body": body
        })
    };
    let id = RuleBook::soc_trang().id().as_str();
    let created = p.done(&p.administrator, "rule-books", book(id, text)).await;
    assert_eq!(created.json["digest"], RuleBook::soc_trang().digest());
    for (id, body) in [("another-book", text), (id, "{}")] {
        let unfit = p.post(&p.administrator, "rule-books", book(id, body)).await;
        assert_eq!((unfit.status, unfit.code()), (422, "rule-book-body"));
    }
    let spaced = format!("{text} ");
    let edited = p
        .post(&p.administrator, "rule-books", book(id, &spaced))
        .await;
    assert_eq!(
        (edited.status, edited.code()),
        (409, "rule-book-version-taken")
    );
    let version = RuleBook::soc_trang().version();
    let shown = p
        .get(&p.unit_staff, &format!("rule-books/{id}/{version}"))
        .await;
    assert_eq!(shown.json["body"], text);
    let all = p.get(&p.unit_staff, "rule-books").await;
    assert_eq!(all.json.as_array().map(Vec::len), Some(1));
    let denied = p.post(&p.home_affairs, "rule-books", book(id, text)).await;
    assert_eq!(denied.status, 403);
}
