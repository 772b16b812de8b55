//! Which task waits for which: without circles.

/// How far the search has come with a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    OnTheWay,
    Whole,
}

/// The first circle: `links` holds for each task the places of those that it waits for. Without recursion, as a file
/// can hold a chain of any length.
pub fn circle(links: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut seen = vec![Seen::Not; links.len()];
    for start in 0..links.len() {
        if seen[start] != Seen::Not {
            continue;
        }
        seen[start] = Seen::OnTheWay;
        let mut way = vec![(start, 0_usize)];
        while let Some((task, next)) = way.last_mut() {
            let Some(to) = links[*task].get(*next).copied() else {
                seen[*task] = Seen::Whole;
                way.pop();
                continue;
            };
            *next += 1;
            match seen[to] {
                Seen::Whole => {}
                Seen::OnTheWay => {
                    return Some(way.iter().map(|(task, _)| *task).skip_while(|task| *task != to).collect());
                }
                Seen::Not => {
                    seen[to] = Seen::OnTheWay;
                    way.push((to, 0));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::circle;

    #[test]
    fn a_circle_is_found_wherever_it_hangs_and_two_ways_to_one_task_are_none() {
        assert_eq!(circle(&[vec![1, 2], vec![3], vec![3], vec![]]), None);
        assert_eq!(circle(&[vec![1], vec![2], vec![3], vec![1]]), Some(vec![1, 2, 3]));
        assert_eq!(circle(&[vec![], vec![1]]), Some(vec![1]));
    }

    #[test]
    fn a_chain_of_any_length_does_not_end_the_program() {
        let chain: Vec<Vec<usize>> =
            (1..=200_000).map(|next| if next < 200_000 { vec![next] } else { vec![] }).collect();
        assert_eq!(circle(&chain), None);
    }
}
