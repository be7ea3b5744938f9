using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;

/// <summary>Validates EvictionRequests and Evictions. Source: the Kubernetes API reference, 1.37.</summary>
internal static partial class EvictionRules
{
    public static KindRules Requests { get; } =
        new()
        {
            Validate = static (request, old, errors) =>
            {
                JsonObject? spec = request.Object("spec");
                if (old is null)
                {
                    CheckTarget(spec, errors);
                    ResponderRules.CheckKey("spec.requester", spec.Text("requester") ?? "", mayBeReserved: false, errors);
                }

                CheckIntent("spec.intent", spec.Text("intent") ?? "", errors);
            },
            ValidateUpdate = static (changed, old, errors) => CheckUnchanged(changed, old, ["target", "requester"], errors),
            ValidateStatus = static (changed, old, _, errors) =>
                EvictionStatusRules.CheckGeneration(changed.Object("status"), old.Object("status"), errors),
        };

    public static KindRules Processes { get; } =
        new()
        {
            Validate = static (process, old, errors) =>
            {
                if (old is null)
                    CheckTarget(process.Object("spec"), errors);
            },
            ValidateUpdate = static (changed, old, errors) => CheckUnchanged(changed, old, ["target"], errors),
            ValidateStatus = EvictionStatusRules.Validate,
        };

    public static void CheckIntent(string path, string intent, FieldErrors errors)
    {
        if (intent.Length == 0)
            errors.Required(path);
        else if (intent is not ("Eviction" or "Withdrawn"))
            errors.NotSupported(path, $"\"{intent}\"", "Eviction", "Withdrawn");
    }

    private static void CheckTarget(JsonObject? spec, FieldErrors errors)
    {
        if (spec.Object("target").Object("pod") is not { } pod)
        {
            errors.Invalid("spec.target", "", "must specify one of: `pod`");
            return;
        }

        string name = pod.Text("name") ?? "",
            uid = pod.Text("uid") ?? "";
        if (name.Length == 0)
            errors.Required("spec.target.pod.name");
        else
            errors.Check("spec.target.pod.name", name, NameRules.Subdomain);
        if (uid.Length == 0)
            errors.Required("spec.target.pod.uid");
        else if (!Uid().IsMatch(uid))
            errors.Invalid("spec.target.pod.uid", uid, "must be a lowercase UUID in 8-4-4-4-12 format");
    }

    private static void CheckUnchanged(JsonObject changed, JsonObject old, ReadOnlySpan<string> fields, FieldErrors errors)
    {
        foreach (string field in fields)
            if (!JsonNode.DeepEquals(changed.Object("spec")?[field], old.Object("spec")?[field]))
                errors.Invalid($"spec.{field}", changed.Object("spec")?[field], "field is immutable");
    }

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uid();
}
