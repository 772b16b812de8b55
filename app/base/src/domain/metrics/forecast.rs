//! Forecasts by resampling past days (Monte Carlo): how many tasks by a date, and when so many are done.

use serde::{Deserialize, Serialize};

use super::figures::ranked;

/// What holds in so many of a hundred trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance {
    pub percent: u8,
    pub value: u32,
}

/// How many trials were done after so many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    pub days: u32,
    pub trials: u32,
}

/// A forecast from the days of a history. Nothing finished there: there is none, and it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// How many days were sampled.
    pub history_days: u32,
    /// Open tasks: what `days` and `bins` are about.
    pub open: u32,
    /// At least so many tasks in the next 30 days, at 50, 85 and 95 %.
    pub items: Option<Vec<Chance>>,
    /// At most so many days until `open` tasks are done, at 50, 85 and 95 %; chances that lie beyond two years are left
    /// out.
    pub days: Option<Vec<Chance>>,
    /// The trials behind `days`, by day; days without a trial are left out, and trials beyond two years.
    pub bins: Vec<Bin>,
    /// How many trials there were, those beyond two years among them; see [`Forecast::trials`].
    #[serde(default)]
    pub trials: u32,
}

/// Days that a forecast of tasks looks ahead.
pub const AHEAD: u32 = 30;
/// What the chances of a forecast are, in percent.
pub const CHANCES: [u8; 3] = [50, 85, 95];
/// Trials of a forecast.
const TRIALS: u32 = 10_000;
/// Days after which a trial is given up: what lies beyond two years is no forecast.
const HORIZON: u32 = 730;
// Trials go on by two days.
const _: () = assert!(AHEAD.is_multiple_of(2) && HORIZON.is_multiple_of(2));
/// The same history has the same forecast.
const SEED: u64 = 0x6175_746f_7265_706f;

impl Forecast {
    /// Forecasts from the number of tasks that were finished on each day of a history, days without any included.
    pub fn of(throughput: &[u32], open: u32) -> Self {
        let history_days = u32::try_from(throughput.len()).unwrap_or(u32::MAX);
        let mut forecast = Self { history_days, open, ..Self::default() };
        if throughput.iter().all(|finished| *finished == 0) {
            return forecast;
        }
        let Trials { mut items, mut days } = Trials::of(throughput, open);
        items.sort_unstable();
        days.sort_unstable();
        let all = items.len();
        forecast.trials = u32::try_from(all).unwrap_or(u32::MAX);
        // "At least" is the rank from the other end: 85 % of the trials had so many or more.
        let least = |percent: u8| Some(Chance { percent, value: ranked(&items, 100 - percent)? });
        forecast.items = CHANCES.into_iter().map(least).collect();
        if open > 0 {
            // Trials that were given up are the longest ones: they fill the ranks behind all others.
            let rank = |percent: u8| (usize::from(percent) * all).div_ceil(100).max(1) - 1;
            let most = |percent: u8| Some(Chance { percent, value: *days.get(rank(percent))? });
            let chances: Vec<Chance> = CHANCES.into_iter().filter_map(most).collect();
            forecast.days = Some(chances).filter(|chances| !chances.is_empty());
            forecast.bins = days.chunk_by(|one, other| one == other).filter_map(Bin::of).collect();
        }
        forecast
    }

    /// How many trials its shares are of. Reports from before they were counted have those that ended.
    pub fn trials(&self) -> u64 {
        u64::from(self.trials).max(self.bins.iter().map(|bin| u64::from(bin.trials)).sum())
    }

    /// What it says, in a sentence; none where nothing is open.
    pub fn words(&self) -> Option<String> {
        let Self { history_days, open, items, days, .. } = self;
        if *open == 0 {
            return None;
        }
        let work = if *open == 1 { "the open task".to_owned() } else { format!("the {open} open tasks") };
        let days_of = |count: u32| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
        let likely = days.iter().flatten().find(|chance| chance.percent == 85);
        Some(match (items, likely) {
            (None, _) if *history_days == 0 => "No day of work is over yet, so there is no forecast".into(),
            (None, _) => {
                format!("No task was finished in the last {}, so there is no forecast", days_of(*history_days))
            }
            (Some(_), Some(Chance { percent, value })) => {
                format!(
                    "At this pace {work} will be done in {} or fewer, with a chance of {percent} %",
                    days_of(*value)
                )
            }
            (Some(_), None) => format!("At this pace {work} will not be done within two years"),
        })
    }
}

impl Bin {
    fn of(trials: &[u32]) -> Option<Self> {
        Some(Self { days: *trials.first()?, trials: u32::try_from(trials.len()).ok()? })
    }
}

/// What came out of the trials.
struct Trials {
    /// Tasks that each of them had finished after [`AHEAD`] days.
    items: Vec<u32>,
    /// Days after which they had finished all; without those that were given up.
    days: Vec<u32>,
}

impl Trials {
    fn of(throughput: &[u32], open: u32) -> Self {
        let mut random = Random::seeded(SEED);
        let count = u32::try_from(throughput.len()).unwrap_or(u32::MAX);
        let mut trials = Self { items: Vec::with_capacity(TRIALS as usize), days: Vec::with_capacity(TRIALS as usize) };
        let day = |number: u32| throughput.get(number as usize).copied().unwrap_or_default();
        for _ in 0..TRIALS {
            let (mut finished, mut days, mut done) = (0_u32, 0_u32, None);
            // Two days at a time, as a draw is enough for both: there are millions.
            while days < HORIZON && (done.is_none() || days < AHEAD) {
                let [one, other] = random.two_below(count);
                let after_one = finished.saturating_add(day(one));
                finished = after_one.saturating_add(day(other));
                if done.is_none() && finished >= open {
                    done = Some(if after_one >= open { days + 1 } else { days + 2 });
                }
                days += 2;
                if days == AHEAD {
                    trials.items.push(finished);
                }
            }
            trials.days.extend(done);
        }
        trials
    }
}

/// A generator that gives the same numbers everywhere and always (SplitMix64 by Steele, Lea and Flood): forecasts are
/// frozen and compared, so they must not depend on the version of a library.
pub(super) struct Random(u64);

impl Random {
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit, which is not 0.
    #[cfg(test)]
    pub const fn below(&mut self, limit: u32) -> u32 {
        self.two_below(limit)[0]
    }

    /// Two numbers below a limit, which is not 0: one of each half of a draw.
    const fn two_below(&mut self, limit: u32) -> [u32; 2] {
        // The upper half of each product is spread evenly enough: limits are tiny beside 2^32.
        let (drawn, limit) = (self.draw(), limit as u64);
        [(((drawn >> 32) * limit) >> 32) as u32, (((drawn & 0xffff_ffff) * limit) >> 32) as u32]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: [u32; 20] = [0, 0, 1, 2, 0, 3, 1, 0, 0, 2, 1, 0, 4, 0, 1, 0, 0, 2, 1, 1];

    fn values(chances: &Option<Vec<Chance>>) -> Vec<(u8, u32)> {
        chances.iter().flatten().map(|chance| (chance.percent, chance.value)).collect()
    }

    #[test]
    fn the_numbers_of_the_definition_come_out() {
        let forecast = Forecast::of(&CHECK, 30);
        let near = |found: Vec<(u8, u32)>, expected: [u32; 3]| {
            assert_eq!(found.iter().map(|(percent, _)| *percent).collect::<Vec<_>>(), CHANCES);
            for ((percent, value), expected) in found.into_iter().zip(expected) {
                assert!(value.abs_diff(expected) <= 1, "{percent} %: {value} instead of {expected}");
            }
        };
        near(values(&forecast.items), [28, 22, 19]);
        near(values(&forecast.days), [32, 39, 44]);
        assert_eq!(forecast.history_days, 20);
        assert_eq!(forecast.bins.iter().map(|bin| bin.trials).sum::<u32>(), TRIALS);
        assert!(forecast.bins.windows(2).all(|pair| pair[0].days < pair[1].days));
    }

    #[test]
    fn the_same_history_has_the_same_forecast() {
        assert_eq!(Forecast::of(&CHECK, 30), Forecast::of(&CHECK, 30));
        let mut random = Random::seeded(0);
        assert_eq!(random.draw(), 0xe220_a839_7b1d_cdaf, "the first number of the published generator");
    }

    #[test]
    fn a_steady_pace_leaves_no_doubt() {
        let forecast = Forecast::of(&[2, 2, 2], 9);
        assert_eq!(values(&forecast.items), [(50, 60), (85, 60), (95, 60)]);
        assert_eq!(values(&forecast.days), [(50, 5), (85, 5), (95, 5)]);
        assert_eq!(forecast.bins, [Bin { days: 5, trials: TRIALS }]);
        assert_eq!(
            forecast.words().unwrap(),
            "At this pace the 9 open tasks will be done in 5 days or fewer, with a chance of 85 %"
        );
    }

    #[test]
    fn nothing_finished_is_no_forecast_and_says_so() {
        let none = Forecast::of(&[0; 90], 4);
        assert_eq!((none.items.clone(), none.days.clone(), none.bins.len()), (None, None, 0));
        assert_eq!(none.words().unwrap(), "No task was finished in the last 90 days, so there is no forecast");
        assert_eq!(Forecast::of(&[], 4).words().unwrap(), "No day of work is over yet, so there is no forecast");
    }

    #[test]
    fn nothing_open_needs_no_days() {
        let forecast = Forecast::of(&CHECK, 0);
        assert!(forecast.items.is_some() && forecast.days.is_none() && forecast.bins.is_empty());
        assert_eq!(forecast.words(), None);
    }

    #[test]
    fn what_lies_beyond_two_years_is_not_said_in_days() {
        let mut slow = [0; 90];
        slow[3] = 1;
        let forecast = Forecast::of(&slow, 400);
        assert_eq!(forecast.days, None);
        assert_eq!(forecast.words().unwrap(), "At this pace the 400 open tasks will not be done within two years");
        // Eight tasks at one in ninety days take about two years: some trials end, and the higher chances are left out.
        let some = Forecast::of(&slow, 8);
        assert!(!some.bins.is_empty() && some.bins.iter().map(|bin| bin.trials).sum::<u32>() < TRIALS);
        assert!(values(&some.days).len() < CHANCES.len());
        assert_eq!(
            (forecast.trials(), some.trials()),
            (u64::from(TRIALS), u64::from(TRIALS)),
            "those beyond count, too"
        );
    }
}
