//! Sources to begin with, for whoever writes the mail by hand: the weekly status as HTML, and a short one in MJML.

use super::documents;
use crate::domain::template::{Body, Document};

/// The languages of a source that a template can begin in, by the words of their buttons.
pub const LANGUAGES: [(&str, &str); 2] = [("html", "HTML"), ("mjml", "MJML")];

/// A document to begin with in a language; nothing for another word.
pub fn source(language: &str) -> Option<Document> {
    match language {
        "html" => {
            let mut document = documents::weekly_status();
            document.to_source();
            Some(document)
        }
        "mjml" => Some(Document { body: Body::Mjml { source: MJML.to_owned() }, ..Document::blank() }),
        _ => None,
    }
}

/// Conditions and loops stand within elements of text, where they may become nothing.
const MJML: &str = r##"<mjml lang="{{ recipient.language }}">
  <mj-head>
    <mj-title>{{ report.title }}</mj-title>
    <mj-attributes>
      <mj-all font-family="Arial, sans-serif" />
      <mj-text color="#1f2933" font-size="16px" line-height="24px" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f1f4f5">
    <mj-section background-color="#ffffff" padding="24px 0">
      <mj-column>
        <mj-text>
          <h1 style="margin:0 0 8px;font-size:24px;line-height:32px">{{ report.finding }}</h1>
          <p style="margin:0">{{ report.title }}, {{ period.words }}</p>
        </mj-text>
        <mj-text>
          <h2 style="margin:0 0 8px;font-size:18px;line-height:26px">Needs attention</h2>
          {% set rows = tasks.overdue %}
          {% if rows %}
          {% for task in rows[:10] %}
          <p style="margin:0 0 8px"><a href="{{ task.url }}" style="color:#046d6e">{{ task.reference }} {{ task.title }}</a></p>
          {% endfor %}
          {% else %}
          <p style="margin:0">Nothing is overdue.</p>
          {% endif %}
        </mj-text>
        <mj-text>
          <h2 style="margin:0 0 8px;font-size:18px;line-height:26px">Finished</h2>
          {% set rows = tasks.finished %}
          {% if rows %}
          {% for task in rows[:10] %}
          <p style="margin:0 0 8px"><a href="{{ task.url }}" style="color:#046d6e">{{ task.reference }} {{ task.title }}</a></p>
          {% endfor %}
          {% else %}
          <p style="margin:0">Nothing was finished in these days.</p>
          {% endif %}
        </mj-text>
        <mj-button background-color="#046d6e" color="#ffffff" font-size="16px" align="left" href="{{ project.board_url }}">Open the board</mj-button>
      </mj-column>
    </mj-section>
    <mj-section>
      <mj-column>
        <mj-text color="#52606d" font-size="13px" line-height="20px">
          You get this because you are on the recipient list of “{{ schedule.name }}”.
          {% if recipient.stop_url %}<a href="{{ recipient.stop_url }}" style="color:#52606d">Stop these e-mails</a> · {% endif %}
          <a href="{{ report.url }}" style="color:#52606d">Read in the browser</a>
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"##;
