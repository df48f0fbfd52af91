//! The pages people see: of dead links, the preview of a living one, and the description of the interface.
//!
//! Plain text in one frame, so the template is `format!` and the one thing that matters, escaping, is a type
//! of its own. A page loads nothing, runs nothing, and its policy (CSP) forbids that it could.

mod escape;
mod reference;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use ezqr_schema::ProblemCode;

use self::escape::{Escaped, Marked};
pub(crate) use self::reference::render as render_reference;

const STYLE: &str = include_str!("style.css");

/// The style stands in the page, so it must be allowed inside; nothing from outside gets into it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page of a short link that leads nowhere, or that failed.
pub(crate) fn failure(builder: HttpResponseBuilder, code: ProblemCode, request_id: &str) -> HttpResponse {
    let (title, text) = words(code);
    let status = code.status();
    let reference = if status < 500 {
        String::new()
    } else {
        format!("<p class=\"small\">Reference: <code>{}</code></p>", Escaped(request_id))
    };
    page(builder, title, &format!("<p class=\"mark\">{status}</p><h1>{title}</h1><p>{text}</p>{reference}"))
}

/// The page that shows where a short link leads, without following it. It does not show the code's name, which is
/// its owner's alone.
pub(crate) fn preview(short_link: &str, target_url: &str) -> HttpResponse {
    let (link, target) = (Escaped(short_link), Escaped(target_url));
    let content = format!(
        "<p class=\"mark\">Preview</p><h1>This code leads to</h1><p class=\"target\">{target}</p>\
         <p><a href=\"{target}\" rel=\"nofollow noopener noreferrer\">Go there</a></p>\
         <p class=\"small\">{link}</p>"
    );
    let mut builder = HttpResponse::Ok();
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    page(builder, "Preview", &content)
}

/// The page that describes a kind of problem, to which `type` in its answers leads.
pub(crate) fn problem(code: ProblemCode) -> HttpResponse {
    let (status, title, name) = (code.status(), Escaped(code.title()), code.code());
    let (meaning, remedy) = (Marked(code.meaning()), Marked(code.remedy()));
    let content = format!(
        "<p class=\"mark\">Problem {status}</p><h1>{title}</h1><p>{meaning}</p><h2>What to do</h2><p>{remedy}</p>\
         <p class=\"small\"><code>{name}</code></p>"
    );
    let mut builder = HttpResponse::Ok();
    builder.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    page(builder, code.title(), &content)
}

/// The page that describes the interface, as it was rendered.
pub(crate) fn reference(page: Bytes) -> HttpResponse {
    let mut builder = HttpResponse::Ok();
    builder.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    answer(builder, page)
}

/// What a visitor is told; nobody who scans a code knows what a problem is.
const fn words(code: ProblemCode) -> (&'static str, &'static str) {
    match code.status() {
        404 => ("No such link", "Nothing is behind this address. Perhaps the code was not read whole."),
        410 => ("This link has ended", "Its owner has withdrawn it, or its time is over."),
        403 => ("This link is paused", "Its owner has switched it off for now. Try again later."),
        429 => (
            "Wait a moment",
            "Too many links that do not exist were asked for from your network. Try again in a minute.",
        ),
        503 | 504 => ("Too busy just now", "Try again in a moment."),
        400..500 => ("This does not work", "The address cannot be read."),
        _ => ("Something went wrong", "It is our fault, not yours. Try again in a moment."),
    }
}

/// Answers `content`, which is markup, with `title`, which is a text of ours.
fn page(builder: HttpResponseBuilder, title: &'static str, content: &str) -> HttpResponse {
    answer(builder, framed(title, "", content).into())
}

/// A whole page of `content`, which is markup; `style` is added to that of all pages.
fn framed(title: &'static str, style: &'static str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n<main>{content}</main>\n</html>\n"
    )
}

fn answer(mut builder: HttpResponseBuilder, page: Bytes) -> HttpResponse {
    builder
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("x-robots-tag", "noindex"))
        .body(page)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use futures_util::FutureExt as _;

    use super::*;

    fn text(response: HttpResponse) -> String {
        let body = to_bytes(response.into_body()).now_or_never().unwrap().unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn what_a_customer_chose_is_shown_and_never_run() {
        let target = "https://example.com/?a=1&b=\"><script>alert(1)</script>";
        let shown = text(preview("https://r.example.com/<b>X'\"", target));
        assert!(shown.contains(
            "href=\"https://example.com/?a=1&amp;b=&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""
        ));
        assert!(shown.contains("https://r.example.com/&lt;b&gt;X&#39;&quot;"));
        assert!(!shown.contains("<script") && !shown.contains("<b>"));
    }

    #[test]
    fn every_problem_is_described_by_a_page() {
        for code in ProblemCode::ALL {
            let shown = text(problem(*code));
            for told in [code.title(), code.meaning(), code.remedy()] {
                let plain = Escaped(told).to_string().replace('`', "");
                let without_marks = shown.replace("<code>", "").replace("</code>", "");
                assert!(without_marks.contains(&plain), "{code:?}: {shown}");
            }
            assert!(!shown.contains('`') && shown.contains(code.code()), "{code:?}");
        }
    }

    #[test]
    fn every_problem_has_a_page_of_its_status_that_loads_nothing() {
        for code in ProblemCode::ALL {
            let response = failure(HttpResponse::build(actix_web::http::StatusCode::OK), *code, "id-1");
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
            let shown = text(response);
            assert!(shown.contains(&format!(">{}</p>", code.status())), "{code:?}");
            assert!(!shown.contains("src=") && !shown.contains("url("), "{code:?}");
            assert_eq!(shown.contains("id-1"), code.status() >= 500, "{code:?}");
        }
    }
}
