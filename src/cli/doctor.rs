//! `botnia doctor`: is everything there that botnia needs?

use std::sync::Arc;

use botnia_config::Settings;
use botnia_model::Clock;

use super::output::{data, field};
use super::{Exit, Global};
use crate::engine::doctor::{Condition, examine};

/// One line for each finding. Exit 1 where anything does not work.
pub(super) async fn run(global: &Global, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let settings = Settings::load(&global.config, global.environment());
    let sets = global.indicator_sets();
    let found = examine(&global.config, settings, sets, &clock).await;
    for diagnosis in &found {
        let remedy = diagnosis
            .remedy
            .as_ref()
            .map_or_else(String::new, |remedy| format!("; hint: {remedy}"));
        data(format_args!(
            "{:<5}{:<16}{}{remedy}",
            diagnosis.condition.as_str(),
            diagnosis.looked_at,
            field(&diagnosis.found),
        ));
    }
    let works = found.iter().all(|one| one.condition != Condition::Bad);
    Ok(if works { Exit::Done } else { Exit::Failed })
}
