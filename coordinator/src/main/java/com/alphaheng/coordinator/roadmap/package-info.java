/// The roadmap: what is to be done, by whom, and what came of it. Decide, append, replay.
///
/// Pure: no I/O, no framework, no clock. [com.alphaheng.coordinator.roadmap.RoadmapDecider] says what follows from a
/// command,
/// [com.alphaheng.coordinator.roadmap.RoadmapState] is what follows from the facts.
package com.alphaheng.coordinator.roadmap;
