package com.alphaheng.coordinator.roadmap;

import com.alphaheng.spec.SourceLocation;

/// Why a submission is refused, at which place, and what to do about it.
///
/// @param rule short name of the broken rule, such as `missing-dependency`
public record SubmissionProblem(String rule, SourceLocation location, String message, String fix) {
}
