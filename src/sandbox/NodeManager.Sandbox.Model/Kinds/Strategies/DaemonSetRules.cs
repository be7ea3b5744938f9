using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class DaemonSetRules
{
    /// <summary>Counts the templates of a set in addition to its generation, for clients before 1.9.</summary>
    public const string TemplateGeneration = "deprecated.daemonset.template.generation";

    private const int SurgeFrom = 22;

    public static KindRules Rules { get; } =
        new()
        {
            StatusMayChangeMetadata = true,
            PrepareCreate = static item =>
                item["status"] = new JsonObject
                {
                    ["currentNumberScheduled"] = 0,
                    ["numberMisscheduled"] = 0,
                    ["desiredNumberScheduled"] = 0,
                    ["numberReady"] = 0,
                },
            Default = static item =>
            {
                JsonObject spec = WorkloadRules.Template(item);
                spec.Default("revisionHistoryLimit", 10);
                JsonObject strategy = spec.Ensure("updateStrategy");
                strategy.Default("type", "RollingUpdate");
                if (strategy.Text("type") == "RollingUpdate")
                    strategy.Ensure("rollingUpdate").Default("maxUnavailable", 1);
            },
            DefaultAt = static (item, minor) =>
            {
                if (item["spec"]!["updateStrategy"]!.AsObject().Object("rollingUpdate") is not { } rolling)
                    return;
                if (minor >= SurgeFrom)
                    rolling.Default("maxSurge", 0);
                else
                    rolling.Remove("maxSurge");
            },
            Derive = CountTemplates,
            Validate = WorkloadChecks.DaemonSet,
        };

    // The server sets it, whatever the client sent.
    private static void CountTemplates(JsonObject? old, JsonObject item)
    {
        JsonObject annotations = item["metadata"]!.AsObject().Ensure("annotations");
        string? before = old.Object("metadata").Object("annotations").Text(TemplateGeneration);
        long count = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out long known) ? known : 0;
        bool isSame = old is not null && JsonNode.DeepEquals(old["spec"]?["template"], item["spec"]?["template"]);
        annotations[TemplateGeneration] = Math.Max(1, isSame ? count : count + 1).ToString(CultureInfo.InvariantCulture);
    }
}
