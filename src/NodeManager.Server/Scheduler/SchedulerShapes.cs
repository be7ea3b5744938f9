using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

// Bodies of scheduler routes, as in the scheduler plugin manager. Serialized in snake_case.

/// <param name="Status"><c>success</c>.</param>
/// <param name="SupportedPlugins">Known names, including those of registered definitions.</param>
/// <param name="SupportedPhases">The extension points of the configuration's version.</param>
/// <param name="PluginsByPhase">The plugins that this version has at each of them.</param>
/// <param name="WeightedPhases">The extension points whose plugins have a weight.</param>
internal sealed record ApiPlugins(
    string Status,
    ApiPluginState Data,
    IReadOnlyList<string> SupportedPlugins,
    IReadOnlyList<string> SupportedPhases,
    IReadOnlyDictionary<string, IReadOnlyList<string>> PluginsByPhase,
    IReadOnlyList<string> WeightedPhases
);

/// <summary>Enabled plugins by extension point in their order, of one profile or all.</summary>
/// <param name="Scheduler">The scheduler: <c>namespace/Deployment</c>.</param>
/// <param name="Revision">Of the configuration; absent if it was changed by other means.</param>
/// <param name="Version">
/// The version of the configuration's text; a change that sends it as <c>seen</c> is refused if another client has changed the text since.
/// </param>
internal sealed record ApiPluginState(
    string Scheduler,
    long? Revision,
    string Version,
    IReadOnlyDictionary<string, IReadOnlyList<string>> EnabledPlugins,
    IReadOnlyDictionary<string, IReadOnlyList<string>> DisabledPlugins,
    IReadOnlyDictionary<string, JsonNode?> PluginConfigs
);

/// <param name="Phases">Extension points; by default those of the plugin.</param>
/// <param name="Weight">The weight of its scores.</param>
/// <param name="Profiles">Scheduler names; by default all.</param>
/// <param name="Restart">False: write the configuration without restarting the scheduler.</param>
/// <param name="Reason">Stored with the revision.</param>
internal sealed record ApiPluginChange(
    IReadOnlyList<string>? Phases,
    int? Weight,
    IReadOnlyList<string>? Profiles,
    bool Restart = true,
    string? Reason = null
);

/// <summary>The result of a change.</summary>
/// <param name="Changes">The changed values; empty if nothing changed.</param>
/// <param name="Restart">The result of the restart; absent without one.</param>
/// <param name="DryRun">Nothing was written: the request was a preview.</param>
/// <param name="Version">The version of the compared text; send that of a preview as <c>seen</c> with the change.</param>
internal sealed record ApiSchedulerChange(
    string Status,
    string Message,
    long? Revision,
    IReadOnlyList<string> Changes,
    IReadOnlyList<string> Warnings,
    ApiSchedulerRestart? Restart,
    bool DryRun,
    string Version
);

/// <param name="Result"><c>Restarted</c>, <c>RolledBack</c> or <c>Failed</c>.</param>
internal sealed record ApiSchedulerRestart(
    string Status,
    string Message,
    string Scheduler,
    [property: ValuesOf(typeof(SchedulerRestartStatus))] string Result,
    long? Revision,
    long? FormerRevision,
    string Leader,
    double Seconds,
    string? Log
);

/// <param name="Action">The change.</param>
internal sealed record ApiRevision(
    long? Revision,
    string State,
    string Action,
    string By,
    string Reason,
    DateTimeOffset CreatedAt,
    long? PreviousRevision,
    IReadOnlyList<string> Changes,
    string? Text
);

internal sealed record ApiBackup(string Status, string Message, ApiRevision Data);

/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Components"><c>healthy</c>, <c>unhealthy</c> or <c>unknown</c>, by component.</param>
/// <param name="Scheduler">Absent if no scheduler was found.</param>
internal sealed record ApiHealth(
    [property: AllowedValues("healthy", "unhealthy")] string Status,
    DateTimeOffset Timestamp,
    string Service,
    IReadOnlyDictionary<string, string> Components,
    string? Scheduler,
    IReadOnlyList<ApiSchedulerCheck> Checks
);

internal sealed record ApiSchedulerCheck(string Check, string Status, string Subject, string Message, string? Action);
