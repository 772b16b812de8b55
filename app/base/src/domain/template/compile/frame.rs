//! What stands around the blocks: head, preheader, brand, card, signature and the foot that every mail has.

use super::{
    LOGO_CID,
    html::{Html, LAYOUT},
    literal,
    look::{Accent, CANVAS, CARD, FONT, LINE, MUTED, TEXT, font},
    map::Place,
    page::{Bit, Own, Page},
};
use crate::domain::template::{Block, Document, Theme, theme::Logo};

/// Spaces behind the preheader, so that mail programs do not show the beginning of the mail there.
const FILLER: &str = "&#8199;&#847;&#8199;&#847;&#8199;&#847;&#8199;&#847;&#8199;&#847;&#8199;&#847;";

pub(super) fn write(page: &mut Page, document: &Document, blocks: &[Block]) {
    let accent = Accent::of(&document.theme);
    page.line("<!doctype html>");
    page.line(r#"<html lang="{{ recipient.language }}" dir="ltr" xmlns="http://www.w3.org/1999/xhtml">"#);
    page.within("<head>", "</head>", |page| head(page, document, &accent));
    page.line(&format!(r#"<body class="bg" style="margin:0;padding:0;background:{CANVAS}">"#));
    preheader(page, &document.preheader);
    page.within(
        &format!(
            r#"<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="bg" bgcolor="{CANVAS}" style="background:{CANVAS}"><tr><td align="center" class="wrap" style="padding:32px 16px">"#
        ),
        "</td></tr></table>",
        |page| {
            page.line(
                r#"<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->"#,
            );
            page.within(
                r#"<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;text-align:left">"#,
                "</table>",
                |page| {
                    brand(page, &document.theme);
                    card(page, document, blocks, &accent);
                    foot(page, &document.theme, &accent);
                },
            );
            page.line("<!--[if mso]></td></tr></table><![endif]-->");
        },
    );
    page.line("</body>");
    page.line("</html>");
}

fn head(page: &mut Page, document: &Document, accent: &Accent) {
    page.line(r#"<meta charset="utf-8">"#);
    page.line(r#"<meta name="viewport" content="width=device-width">"#);
    page.line(r#"<meta name="color-scheme" content="light dark">"#);
    page.line(r#"<meta name="supported-color-schemes" content="light dark">"#);
    page.of(Place::Subject, |page| {
        let written = literal::html(&document.subject);
        let subject = Bit::Own(Own::whole("subject", &document.subject, &written));
        page.line_of(&[Bit::Ours("<title>"), subject, Bit::Ours("</title>")]);
    });
    page.line("<!--[if mso]><style>*{font-family:Arial,sans-serif !important}</style><![endif]-->");
    page.within("<style>", "</style>", |page| {
        for line in accent.style_sheet() {
            page.line(&line);
        }
    });
}

fn preheader(page: &mut Page, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    page.of(Place::Preheader, |page| {
        let (written, close) = (literal::html(text), format!("{FILLER}</div>"));
        page.line_of(&[
            Bit::Ours(r#"<div style="display:none;max-height:0;overflow:hidden">"#),
            Bit::Own(Own::whole("preheader", text, &written)),
            Bit::Ours(&close),
        ]);
    });
}

fn brand(page: &mut Page, theme: &Theme) {
    if theme.logo.is_none() && theme.brand.trim().is_empty() {
        return;
    }
    page.of(Place::Brand, |page| {
        let style = format!("padding:0 4px 16px;{};color:{TEXT}", font(600, 14, 20));
        page.within(&format!(r#"<tr><td class="t2" style="{style}">"#), "</td></tr>", |page| {
            if let Some(logo) = &theme.logo {
                let Logo { width, height, alt, .. } = logo;
                let below = if theme.brand.trim().is_empty() { "" } else { ";margin:0 0 8px" };
                let open = format!(r#"<img src="cid:{LOGO_CID}" width="{width}" height="{height}" alt=""#);
                let close = format!(
                    r#"" style="display:block;border:0;width:{width}px;max-width:100%;height:auto;font-family:{FONT}{below}">"#
                );
                let written = literal::html(alt);
                let alt = Bit::Own(Own::whole("logo_alt", alt, &written));
                page.line_of(&[Bit::Ours(&open), alt, Bit::Ours(&close)]);
            }
            if !theme.brand.trim().is_empty() {
                page.line_of(&[Bit::Own(Own::whole("brand", &theme.brand, &literal::html(&theme.brand)))]);
            }
        });
    });
}

fn card(page: &mut Page, document: &Document, blocks: &[Block], accent: &Accent) {
    let open = format!(
        r#"<tr><td class="card" bgcolor="{CARD}" style="background:{CARD};border:1px solid {LINE};border-radius:10px;padding:32px 32px 8px">"#
    );
    page.within(&open, "</td></tr>", |page| {
        page.within(LAYOUT, "</table>", |page| {
            Html::new(page, accent).document(blocks);
            attachments_note(page, accent);
            let signature = &document.theme.signature;
            if blocks.is_empty() && signature.trim().is_empty() {
                page.line("<tr><td>&nbsp;</td></tr>");
            }
            if !signature.trim().is_empty() {
                page.of(Place::Signature, |page| {
                    page.line("<!-- signature -->");
                    let style = format!("padding:0 0 24px;{};color:{TEXT}", font(400, 14, 21));
                    page.within(&format!(r#"<tr><td class="t2" style="{style}">"#), "</td></tr>", |page| {
                        Html::new(page, accent).markdown("signature", signature);
                    });
                });
            }
        });
    });
}

/// Files that are too big become a sentence with a link, in every mail of blocks.
fn attachments_note(page: &mut Page, accent: &Accent) {
    let style = format!("padding:0 0 24px;{};color:{TEXT}", font(400, 14, 20));
    page.line("{% if report.attachments_note %}");
    page.line("<!-- attachments -->");
    page.within(&format!(r#"<tr><td class="t2" style="{style}">"#), "</td></tr>", |page| {
        page.line("{{ report.attachments_note }}");
        page.line(&format!(
            r#"<a href="{{{{ report.url }}}}" class="lk" style="color:{};text-decoration:underline">Open the report</a>"#,
            accent.link
        ));
    });
    page.line("{% endif %}");
}

/// Why the mail came, how to stop it, where to read it: no document of blocks can leave it out.
fn foot(page: &mut Page, theme: &Theme, accent: &Accent) {
    page.line("<!-- foot -->");
    let style = format!("{};color:{MUTED}", font(400, 12, 18));
    if !theme.footer.trim().is_empty() {
        page.of(Place::Footer, |page| {
            let open = format!(r#"<tr><td class="t3" style="padding:16px 4px 0;{style}">"#);
            page.within(&open, "</td></tr>", |page| Html::new(page, accent).markdown("footer", &theme.footer));
        });
    }
    page.within(&format!(r#"<tr><td class="t3" style="padding:16px 4px;{style}">"#), "</td></tr>", |page| {
        let link = |url: &str, words: &str| {
            format!(
                r#"<a href="{{{{ {url} }}}}" class="t3" style="color:{MUTED};text-decoration:underline">{words}</a>"#
            )
        };
        page.line("You get this because you are on the recipient list of “{{ schedule.name }}”.");
        page.line(&format!(
            "{{% if recipient.stop_url %}}{} · {{% endif %}}",
            link("recipient.stop_url", "Stop these e-mails")
        ));
        page.line(&link("report.url", "Read in the browser"));
    });
}
