//! The page behind a problem's `type`: what the code means and what to do, from `docs/errors/`.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::http::params::Path;
use crate::http::problem::Problem;

#[derive(Embed)]
#[folder = "../../docs/errors/"]
struct Pages;

/// The page of a problem's code, Markdown.
#[utoipa::path(get, path = "/docs/errors/{code}", tag = "operations",
    params(("code" = String, Path, description = "A problem's code")),
    responses((status = 200, body = String, content_type = "text/markdown")))]
pub(crate) async fn error_page(Path(code): Path<String>) -> Result<Response, Problem> {
    let page = Pages::get(&format!("{code}.md"))
        .ok_or_else(|| Problem::not_found(format!("page about `{code}`")))?;
    let kind = [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")];
    Ok((kind, page.data).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_runtime_has_a_page_that_names_it() {
        let sources = [
            include_str!("../http/problem.rs"),
            include_str!("../http/command.rs"),
            include_str!("../http/caller.rs"),
            include_str!("../http/scope.rs"),
            include_str!("../http/params.rs"),
            include_str!("../http/page.rs"),
            include_str!("../documents/mod.rs"),
            include_str!("mod.rs"),
            include_str!("parked.rs"),
        ];
        let openers = [
            "bad_request(",
            "forbidden(",
            "conflict(",
            "unprocessable(",
            "unavailable(",
        ];
        let mut found = 0;
        for source in sources {
            let source: String = source.split_whitespace().collect();
            for code in
                source
                    .split('"')
                    .skip(1)
                    .zip(source.split('"'))
                    .filter_map(|(text, before)| {
                        let direct = openers.iter().any(|opener| before.ends_with(opener));
                        let named = before.contains("StatusCode::") && before.ends_with(',');
                        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
                        let code = !text.is_empty() && text.chars().all(kebab);
                        (code && (direct || named)).then_some(text)
                    })
            {
                found += 1;
                let page = Pages::get(&format!("{code}.md"));
                let page = page.unwrap_or_else(|| panic!("docs/errors/{code}.md is missing"));
                let text = String::from_utf8(page.data.into_owned()).unwrap();
                assert!(text.contains(&format!("`{code}`, HTTP ")), "{code}");
            }
        }
        assert!(found > 25, "only {found} codes were found");
    }
}
