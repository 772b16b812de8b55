//! Dragging cards, and whole lists by their heads, with mouse, pen and finger.
//!
//! Imperative on purpose: no signal is read or written while something is in the hand. One frame loop
//! moves the copy of the card, scrolls, finds the landing place and makes room there; the board's
//! state hears of it once, when the card is let go, through `on_drop`.

mod geo;
mod hand;
mod held;
mod list_hand;
mod list_held;
mod listen;
mod paint;
pub mod press;

pub use held::scroll_by;
pub use listen::{Carrier, listen};
pub use paint::{aside, layer_with};

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, PointerEvent};

use self::hand::Hand;
use self::list_hand::ListHand;
use crate::ui::listeners::Listeners;

/// Where a card was let go.
pub struct Dropped {
    /// The card's id.
    pub card: String,
    /// The column's id.
    pub column: String,
    /// Its place among the cards that the column shows, counted without itself.
    pub index: usize,
    /// The lane, on a board with lanes.
    pub lane: Option<String>,
}

/// Where a list was let go.
pub struct DroppedList {
    /// The list's id.
    pub list: String,
    /// The ids of the lists that it came between; none at an end of the row.
    pub after: Option<String>,
    pub before: Option<String>,
}

/// What the drag tells the page.
pub trait Follow {
    /// A card was lifted: the cards that go with it, itself among them.
    fn lifted(&self, card: &str) -> Vec<String>;
    /// The ids of the lists that do not take all of what goes with this card, each with the words that say why.
    fn no_room(&self, card: &str) -> Vec<(String, String)>;
    /// The card was let go elsewhere: the new order must stand in the document when this returns
    /// to the event loop.
    fn dropped(&self, dropped: Dropped);
    /// A list was let go elsewhere: as above.
    fn dropped_list(&self, dropped: DroppedList);
    /// The card has hung over a collapsed list for a while: it must be open when this returns to the
    /// event loop.
    fn hovers(&self, column: &str);
    /// The person gave up, or something took the pointer away: the card or the list goes back.
    fn cancelled(&self, id: &str);
    /// The card or the list was let go where it was.
    fn stayed(&self, id: &str);
}

/// Makes the cards and the lists of `board` draggable for as long as the answer lives.
pub fn start(board: &HtmlElement, follow: Rc<dyn Follow>) -> Listeners {
    let mut listeners = Listeners::default();
    let lists = ListHand::new(board.clone(), follow.clone());
    let hands = Rc::new(Hands { cards: Hand::new(board.clone(), follow), lists });
    listen(&mut listeners, board, &hands);
    listeners
}

/// The hand for cards and the one for lists. A press is for one of them: no card is in a head.
struct Hands {
    cards: Rc<Hand>,
    lists: Rc<ListHand>,
}

impl Carrier for Hands {
    fn arm(self: &Rc<Self>, event: &PointerEvent) {
        self.cards.arm(event);
        self.lists.arm(event);
    }

    fn follow_pointer(self: &Rc<Self>, event: &PointerEvent) {
        self.cards.follow_pointer(event);
        self.lists.follow_pointer(event);
    }

    fn let_go(self: &Rc<Self>, event: &PointerEvent) {
        self.cards.let_go(event);
        self.lists.let_go(event);
    }

    fn give_up(self: &Rc<Self>, pointer: Option<i32>) {
        self.cards.give_up(pointer);
        self.lists.give_up(pointer);
    }

    fn is_holding(&self) -> bool {
        self.cards.is_holding() || self.lists.is_holding()
    }

    fn is_armed_by_touch(&self) -> bool {
        self.cards.press().is_of_finger() || self.lists.press().is_of_finger()
    }

    fn swallows_click(&self) -> bool {
        // Both are asked: what is swallowed is so once.
        let (of_card, of_list) = (self.cards.press().swallows_click(), self.lists.press().swallows_click());
        of_card || of_list
    }
}

/// The element that an event began on.
pub fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
