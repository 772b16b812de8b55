//! When somebody is reminded of a task: a window for each lead, in the person's time zone.
//!
//! A window opens the lead before the due date and closes with it. Days are counted on the calendar: "1 day" before
//! 09:00 is 09:00 of the day before, also where the night between them was an hour longer or shorter. A task that is due
//! on a day without a time has windows that open at a time of that person's morning, on the day itself at the latest.
//! Whoever is inside a window and has not been reminded in it is reminded by the next run, however late it comes.

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use chrono_tz::Tz;

use super::{due::Due, job_options::Lead, zone};

/// The leads whose windows are open at an instant, the nearest to the due date first.
pub fn open_leads(leads: &[Lead], due: Due, from: NaiveTime, zone: Tz, at: DateTime<Utc>) -> Vec<Lead> {
    if at >= closes(due, zone) {
        return Vec::new();
    }
    let mut open: Vec<Lead> = leads.iter().copied().filter(|lead| opens(*lead, due, from, zone) <= at).collect();
    open.sort();
    open.dedup();
    open
}

/// When the window of a lead opens.
pub fn opens(lead: Lead, due: Due, from: NaiveTime, zone: Tz) -> DateTime<Utc> {
    match due {
        Due::On(day) => {
            let day = day.checked_sub_days(Days::new(lead.days().into())).unwrap_or(day);
            zone::resolve(zone, day.and_time(from)).fixed()
        }
        Due::At { instant, .. } => match lead.whole_days() {
            Some(0) => instant,
            Some(days) => {
                let local = zone::local(zone, instant);
                let local = local.checked_sub_days(Days::new(days.into())).unwrap_or(local);
                zone::resolve(zone, local).fixed()
            }
            None => instant - Duration::minutes(lead.minutes().into()),
        },
    }
}

/// When the windows of a due date close: afterwards it is overdue. One that is due at a time is in its window for that
/// minute, so that a lead of nothing has one.
fn closes(due: Due, zone: Tz) -> DateTime<Utc> {
    match due {
        Due::On(day) => zone::start_of_day(zone, day.succ_opt().unwrap_or(day)),
        Due::At { instant, .. } => instant + Duration::minutes(1),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::New_York, Europe::Ljubljana, Pacific::Auckland, Pacific::Kiritimati};

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn eight() -> NaiveTime {
        NaiveTime::from_hms_opt(8, 0, 0).unwrap()
    }

    fn lead(text: &str) -> Lead {
        Lead::parse(text).unwrap()
    }

    fn on(day: &str) -> Due {
        Due::On(day.parse().unwrap())
    }

    fn at(instant: &str, zone: Tz) -> Due {
        Due::At { instant: utc(instant), local: zone::local(zone, utc(instant)) }
    }

    fn opened(text: &str, due: Due, zone: Tz) -> DateTime<Utc> {
        opens(lead(text), due, eight(), zone)
    }

    #[test]
    fn a_day_is_of_the_person_so_everybody_is_reminded_in_their_own_morning() {
        let friday = on("2026-11-27");
        assert_eq!(opened("1 day", friday, Ljubljana), utc("2026-11-26T07:00:00Z"));
        assert_eq!(opened("1 day", friday, New_York), utc("2026-11-26T13:00:00Z"));
        assert_eq!(opened("1 day", friday, Kiritimati), utc("2026-11-25T18:00:00Z"));
        assert_eq!(opened("3 hours", friday, Ljubljana), utc("2026-11-27T07:00:00Z"), "on the day itself");
    }

    #[test]
    fn days_are_counted_on_the_calendar_and_hours_by_the_clock() {
        // The clocks of Ljubljana go forward in the night to 28 March 2027, and back in the night to 25 October 2026.
        let spring = at("2027-03-28T07:00:00Z", Ljubljana);
        assert_eq!(opened("1 day", spring, Ljubljana), utc("2027-03-27T08:00:00Z"), "09:00 on both days, 23 hours");
        assert_eq!(opened("24 hours", spring, Ljubljana), utc("2027-03-27T08:00:00Z"), "a day, however it is typed");
        assert_eq!(opened("12 hours", spring, Ljubljana), utc("2027-03-27T19:00:00Z"));
        let autumn = at("2026-10-25T08:00:00Z", Ljubljana);
        assert_eq!(opened("1 day", autumn, Ljubljana), utc("2026-10-24T07:00:00Z"), "09:00 on both days, 25 hours");
        assert_eq!(opened("1 day", on("2026-10-26"), Ljubljana), utc("2026-10-25T07:00:00Z"));
        // In the south they go the other way: Auckland's go forward on 27 September 2026.
        assert_eq!(opened("2 days", on("2026-09-28"), Auckland), utc("2026-09-25T20:00:00Z"));
    }

    #[test]
    fn a_local_time_that_does_not_exist_is_the_end_of_its_gap_and_one_that_exists_twice_the_first() {
        let half_past_two = at("2027-03-29T00:30:00Z", Ljubljana);
        assert_eq!(opened("1 day", half_past_two, Ljubljana), utc("2027-03-28T01:00:00Z"));
        let twice = at("2026-10-26T01:30:00Z", Ljubljana);
        assert_eq!(opened("1 day", twice, Ljubljana), utc("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn a_window_closes_with_its_due_date() {
        let leads = [lead("1 day"), lead("3 days")];
        let open = |due, at| open_leads(&leads, due, eight(), Ljubljana, utc(at));
        let friday = on("2026-11-27");
        assert_eq!(open(friday, "2026-11-24T06:59:59Z"), []);
        assert_eq!(open(friday, "2026-11-24T07:00:00Z"), [lead("3 days")]);
        assert_eq!(open(friday, "2026-11-27T22:59:59Z"), [lead("1 day"), lead("3 days")], "late, and still of use");
        assert_eq!(open(friday, "2026-11-27T23:00:00Z"), []);
        let noon = at("2026-11-27T11:00:00Z", Ljubljana);
        assert_eq!(open(noon, "2026-11-27T11:00:59Z"), [lead("1 day"), lead("3 days")]);
        assert_eq!(open(noon, "2026-11-27T11:01:00Z"), []);
    }

    #[test]
    fn a_lead_of_nothing_is_the_due_date_itself() {
        assert_eq!(opened("0", on("2026-11-27"), Ljubljana), utc("2026-11-27T07:00:00Z"));
        let noon = at("2026-11-27T11:00:00Z", Ljubljana);
        assert_eq!(open_leads(&[lead("0")], noon, eight(), Ljubljana, utc("2026-11-27T11:00:00Z")), [lead("0")]);
        assert_eq!(open_leads(&[lead("0")], noon, eight(), Ljubljana, utc("2026-11-27T10:59:59Z")), []);
    }
}
