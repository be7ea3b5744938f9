using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class JobRules
{
    /// <summary>The minor version from which labels of jobs also exist with a prefix.</summary>
    public const int PrefixedLabelsFrom = 27;

    public const string Prefix = "batch.kubernetes.io/";

    // From 1.30 on a generated name is validated on a copy.
    private const int LifetimeFrom = 21,
        IndexesFrom = 22,
        ReplacementFrom = 29,
        RetriesFrom = 30;

    // Servers drop unknown fields.
    private static readonly (string Member, int From)[] Since =
    [
        ("completionMode", IndexesFrom),
        ("suspend", IndexesFrom),
        ("podFailurePolicy", 26),
        ("podReplacementPolicy", ReplacementFrom),
        ("backoffLimitPerIndex", ReplacementFrom),
        ("maxFailedIndexes", ReplacementFrom),
        ("successPolicy", 31),
        ("managedBy", 32),
    ];

    public static KindRules Rules { get; } =
        new()
        {
            NameUse = WorkloadRules.PodNames,
            StatusMayChangeMetadata = true,
            PrepareCreate = WorkloadRules.EmptyStatus,
            PrepareCreateAt = Prepare,
            Default = static item =>
            {
                JsonObject spec = WorkloadRules.Template(item);
                if (
                    item.Object("metadata").Object("labels") is null or { Count: 0 }
                    && spec.Object("template").Object("metadata").Object("labels") is { Count: > 0 } labels
                )
                    item.Ensure("metadata")["labels"] = labels.DeepClone();
                if (spec["parallelism"] is null)
                    spec.Default("completions", 1);
                spec.Default("parallelism", 1);
                spec.Default("backoffLimit", spec["backoffLimitPerIndex"] is null ? 6 : int.MaxValue);
                foreach (JsonObject rule in spec.Object("podFailurePolicy").Objects("rules"))
                foreach (JsonObject condition in rule.Objects("onPodConditions"))
                    if (condition.Text("status") is null or "")
                        condition["status"] = "True";
            },
            DefaultAt = static (item, minor) =>
            {
                JsonObject spec = item["spec"]!.AsObject();
                foreach ((string member, int from) in Since)
                    if (minor < from)
                        spec.Remove(member);
                if (minor < IndexesFrom)
                    return;
                spec.Default("completionMode", "NonIndexed");
                spec.Default("suspend", false);
                if (minor < ReplacementFrom)
                    return;
                spec.Default("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
                spec.Default("manualSelector", false);
            },
            Validate = Validate,
            ValidateUpdate = static (item, old, errors) =>
            {
                JsonObject spec = item["spec"]!.AsObject(),
                    before = old["spec"]!.AsObject();
                foreach (string member in (ReadOnlySpan<string>)["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"])
                    if (!JsonNode.DeepEquals(spec[member], before[member]))
                        errors.Invalid("spec." + member, spec[member], "field is immutable");
                if (!JsonNode.DeepEquals(spec["completions"], before["completions"]))
                    CheckCompletions(spec, errors);

                // A job that was not started may still change its pods' placement.
                bool isWaiting = before.Flag("suspend") == true && old.Object("status").Text("startTime") is null;
                if (!isWaiting && !JsonNode.DeepEquals(spec["template"], before["template"]))
                    errors.Invalid("spec.template", spec["template"], "field is immutable");
            },
        };

    // By default a job selects its pods by its own UID.
    private static void Prepare(JsonObject job, int minor)
    {
        JsonObject spec = job["spec"]!.AsObject(),
            metadata = job["metadata"]!.AsObject();
        JsonObject labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        if (minor < LifetimeFrom)
            spec.Remove("ttlSecondsAfterFinished");

        // A job with the labels of its template gets these labels too.
        bool isCopied = minor >= RetriesFrom && !string.IsNullOrEmpty(metadata.Text("generateName"));
        bool isShared = !isCopied && JsonNode.DeepEquals(metadata["labels"] ?? new JsonObject(), labels);
        if (spec.Flag("manualSelector") != true)
        {
            string prefix = minor >= PrefixedLabelsFrom ? Prefix : "";
            foreach (string start in prefix.Length > 0 ? [prefix, ""] : (string[])[""])
            {
                labels[start + "controller-uid"] = metadata.Text("uid");
                labels[start + "job-name"] = metadata.Text("name");
            }

            spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [prefix + "controller-uid"] = metadata.Text("uid") } };
        }

        if (isShared && labels.Count > 0)
            metadata["labels"] = labels.DeepClone();
    }

    private static void CheckCompletions(JsonObject spec, FieldErrors errors)
    {
        if (spec.Text("completionMode") != "Indexed")
            errors.Invalid("spec.completions", spec["completions"], "field is immutable");
        else if (spec.Number("completions") != spec.Number("parallelism"))
            errors.Invalid("spec.completions", spec["completions"], "can only be modified in tandem with spec.parallelism");
    }

    private static void Validate(JsonObject job, JsonObject? old, FieldErrors errors)
    {
        JsonObject spec = job["spec"]!.AsObject();
        foreach (
            string member in (ReadOnlySpan<string>)
                [
                    "parallelism",
                    "completions",
                    "activeDeadlineSeconds",
                    "backoffLimit",
                    "ttlSecondsAfterFinished",
                    "backoffLimitPerIndex",
                    "maxFailedIndexes",
                ]
        )
            if (spec.Number(member) is < 0 and var number)
                errors.Invalid("spec." + member, number, "must be greater than or equal to 0");
        if (spec.Text("completionMode") is { } mode)
        {
            if (mode is not ("NonIndexed" or "Indexed"))
                errors.NotSupported("spec.completionMode", $"\"{mode}\"", "NonIndexed", "Indexed");
            else if (mode == "Indexed" && spec["completions"] is null)
                errors.Required("spec.completions", "when completion mode is Indexed");
        }

        if (spec.Text("podReplacementPolicy") is { } policy and not ("Failed" or "TerminatingOrFailed"))
            errors.NotSupported("spec.podReplacementPolicy", $"\"{policy}\"", "Failed", "TerminatingOrFailed");
        bool isIndexed = spec.Text("completionMode") == "Indexed";
        if (!isIndexed && spec["backoffLimitPerIndex"] is { } limit)
            errors.Invalid("spec.backoffLimitPerIndex", limit, "requires indexed completion mode");
        PodSpecRules.ValidateTemplate(spec.Object("template"), "spec.template", errors);
        string restart = spec.Object("template").Object("spec").Text("restartPolicy") ?? "";
        if (
            CheckRestartPolicy(restart, "spec.template.spec.restartPolicy", errors)
            && spec["podFailurePolicy"] is not null
            && restart != "Never"
        )
            errors.Invalid("spec.template.spec.restartPolicy", restart, "only \"Never\" is supported when podFailurePolicy is specified");
    }

    /// <summary>Pods of a job must not restart always.</summary>
    /// <returns>True for a valid policy.</returns>
    public static bool CheckRestartPolicy(string policy, string field, FieldErrors errors)
    {
        if (policy is "OnFailure" or "Never")
            return true;
        if (policy == "Always")
            errors.Required(field, "valid values: \"OnFailure\", \"Never\"");
        else
            errors.NotSupported(field, $"\"{policy}\"", "OnFailure", "Never");
        return false;
    }
}
