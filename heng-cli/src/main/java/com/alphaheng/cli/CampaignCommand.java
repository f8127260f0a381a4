package com.alphaheng.cli;

import picocli.CommandLine.Option;

/// A command about one campaign.
abstract class CampaignCommand extends CoordinatorCommand {
    /// The name of the first campaign, as `heng up` gives it.
    public static final String FIRST = "roadmap";

    @Option(names = {"-c", "--campaign"}, paramLabel = "NAME", defaultValue = "${env:HENG_CAMPAIGN}",
            order = ConnectionOptions.ORDER + 1,
            description = "The campaign (default: HENG_CAMPAIGN, or the only one there is).")
    private String campaign;

    /// The campaign that was named, else the only one that the coordinator has.
    ///
    /// @throws CliException if there is none, or a choice
    final String campaign() {
        if (campaign == null) {
            campaign = coordinator().onlyCampaign().orElseThrow(() -> CliException.failed("there is no campaign at "
                    + coordinator().address() + " yet: submit task files with './heng submit FILE...'"));
        }
        return campaign;
    }

    /// For submissions: if no campaign was named and there is none, its name is [#FIRST].
    final void orFirst() {
        if (campaign == null) {
            campaign = coordinator().onlyCampaign().orElse(FIRST);
        }
    }

    final String campaignPath() {
        return "/api/campaigns/" + Coordinator.segment(campaign());
    }
}
