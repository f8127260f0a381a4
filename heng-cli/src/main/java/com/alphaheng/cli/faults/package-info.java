/// The fault campaign: real processes, really killed, and a verdict read off the event log.
///
/// `FaultsCommand` says what to do, `FaultCampaign` runs it, `Injector` draws and inflicts the faults on the `Targets`,
/// `FaultFigures` reads the result, `FaultReport` writes it down.
package com.alphaheng.cli.faults;
