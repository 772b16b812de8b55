//! Titles of everyday work, put together from what one does, with what, and for whom.

use std::collections::HashSet;

use rand::{Rng, rngs::StdRng};

const VERBS: [&str; 16] = [
    "Draft",
    "Review",
    "Update",
    "Check",
    "Prepare",
    "Collect",
    "Translate",
    "Send out",
    "Plan",
    "Tidy up",
    "Test",
    "Describe",
    "Compare",
    "Renew",
    "Discuss",
    "Shorten",
];

const THINGS: [&str; 28] = [
    "the newsletter",
    "the invoice template",
    "the visitor numbers",
    "the contact list",
    "the privacy notice",
    "the price list",
    "the meeting minutes",
    "the training plan",
    "the backup log",
    "the support answers",
    "the style guide",
    "the quarterly figures",
    "the relay settings",
    "the seating plan",
    "the survey questions",
    "the press photos",
    "the delivery notes",
    "the holiday calendar",
    "the travel expenses",
    "the safety briefing",
    "the member letters",
    "the budget table",
    "the release notes",
    "the interview guide",
    "the room bookings",
    "the grant application",
    "the product sheet",
    "the welcome pack",
];

const ENDS: [&str; 18] = [
    "for the steering group",
    "for the regional offices",
    "for new colleagues",
    "with the finance team",
    "before the audit",
    "for the spring fair",
    "in Slovene and German",
    "for the web page",
    "with the hosting team",
    "for the annual meeting",
    "after the survey",
    "for the board",
    "with the volunteers",
    "for the next quarter",
    "before the holidays",
    "for the partners",
    "with the auditors",
    "for the help desk",
];

/// Gives each title once.
#[derive(Default)]
pub struct Titles(HashSet<String>);

impl Titles {
    /// A title that was not given yet.
    pub fn next(&mut self, random: &mut StdRng) -> String {
        loop {
            let pick = |random: &mut StdRng, words: &[&'static str]| words[random.random_range(0..words.len())];
            let title = format!("{} {} {}", pick(random, &VERBS), pick(random, &THINGS), pick(random, &ENDS));
            let tries = self.0.len();
            // 8,064 titles there are; beyond them a count tells them apart.
            let title = if tries >= 6000 { format!("{title}, part {tries}") } else { title };
            if self.0.insert(title.clone()) {
                return title;
            }
        }
    }
}
