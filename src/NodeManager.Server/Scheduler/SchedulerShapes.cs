using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

// The bodies of the scheduler routes, as the scheduler plugin manager has them. Written in snake_case.

/// <param name="Status"><c>success</c>.</param>
/// <param name="SupportedPlugins">Names that are known, those of the user's definitions included.</param>
/// <param name="SupportedPhases">The extension points that the configuration's version has.</param>
internal sealed record ApiPlugins(
    string Status,
    ApiPluginState Data,
    IReadOnlyList<string> SupportedPlugins,
    IReadOnlyList<string> SupportedPhases
);

/// <summary>What runs, by extension point in the order in which it runs, of one profile or of all.</summary>
/// <param name="Scheduler">Which scheduler this is: <c>namespace/Deployment</c>.</param>
/// <param name="Revision">Of the configuration; absent where it was changed by other means.</param>
/// <param name="Version">Of the configuration's text; a change that sends it as <c>seen</c> is refused where another client has changed the text since.</param>
internal sealed record ApiPluginState(
    string Scheduler,
    long? Revision,
    string Version,
    IReadOnlyDictionary<string, IReadOnlyList<string>> EnabledPlugins,
    IReadOnlyDictionary<string, IReadOnlyList<string>> DisabledPlugins,
    IReadOnlyDictionary<string, JsonNode?> PluginConfigs
);

/// <param name="Phases">Extension points; without them those that the plugin's own kind calls for.</param>
/// <param name="Weight">Of its scores.</param>
/// <param name="Profiles">Scheduler names; without them all.</param>
/// <param name="Restart">False: write it, and leave the scheduler as it runs.</param>
/// <param name="Reason">Kept with the revision.</param>
internal sealed record ApiPluginChange(
    IReadOnlyList<string>? Phases,
    int? Weight,
    IReadOnlyList<string>? Profiles,
    bool Restart = true,
    string? Reason = null
);

/// <summary>What a change came to.</summary>
/// <param name="Changes">Each value that differs; empty where all was so already.</param>
/// <param name="Restart">How the restart ended; absent where there was none.</param>
/// <param name="DryRun">Nothing was written: the request asked for a preview.</param>
/// <param name="Version">Of the text that the change is compared with; a preview's is sent as <c>seen</c> when the change is made.</param>
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

/// <param name="Action">What was done.</param>
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
/// <param name="Scheduler">Absent where the cluster shows none.</param>
internal sealed record ApiHealth(
    [property: AllowedValues("healthy", "unhealthy")] string Status,
    DateTimeOffset Timestamp,
    string Service,
    IReadOnlyDictionary<string, string> Components,
    string? Scheduler,
    IReadOnlyList<ApiSchedulerCheck> Checks
);

internal sealed record ApiSchedulerCheck(string Check, string Status, string Subject, string Message, string? Action);
