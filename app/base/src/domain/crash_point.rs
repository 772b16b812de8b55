//! Named moments at which a process can be killed: for the simulation, and for tests that kill the program for real.
//!
//! Each lies between two things that cannot happen in one: two transactions, a transaction and the world outside, or
//! two writes of one transaction. The invariants of SCHEDULING hold whichever of them is the last. The simulation and
//! the services (`platform::crash`) name them at the same places.

use crate::text_enum;

text_enum!(
    /// Where a worker or the planner can end without a word.
    CrashPoint {
        /// Runs are inserted, the schedule has not moved on: both are one transaction, so nothing is left of it.
        PlanInserted = "plan_inserted",
        /// A plan is committed, nobody has been woken.
        Planned = "planned",
        /// A run is claimed, nothing has begun.
        Claimed = "claimed",
        /// It is said to be built, no data are collected.
        BuildBegun = "build_begun",
        /// The data are collected, not frozen.
        Built = "built",
        /// The data are frozen, nothing is rendered.
        Frozen = "frozen",
        /// Messages are rendered and not stored: a part of a long list, with the parts before it stored.
        Rendered = "rendered",
        /// Messages are stored, perhaps not all; the run does not say that it sends.
        PartStored = "part_stored",
        /// The messages are stored, none is sent.
        SendingBegun = "sending_begun",
        /// A delivery is claimed, the connection is being made.
        Connecting = "connecting",
        /// The envelope is being spoken; the row still says that it connects.
        Envelope = "envelope",
        /// `data_sent` is stored, the dot is not out.
        DataSent = "data_sent",
        /// The dot is out and answered, or the wait for the answer has ended; nothing of it is stored.
        DotSent = "dot_sent",
        /// The answer is stored, the next message is not looked for.
        Answered = "answered",
        /// All is sent, the run has not ended.
        AllSent = "all_sent",
        /// The report is committed to the archive, the run does not know.
        Committed = "committed",
    }
);

impl CrashPoint {
    /// Whether a message that was being sent here may have been taken without the row knowing.
    pub const fn leaves_uncertainty(self) -> bool {
        matches!(self, CrashPoint::DataSent | CrashPoint::DotSent)
    }
}
