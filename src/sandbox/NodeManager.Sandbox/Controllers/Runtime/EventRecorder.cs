using System.Collections.Concurrent;
using System.Globalization;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>Writes core/v1 Events; repetitions increment the count. Never fails.</summary>
internal sealed class EventRecorder(ResourceRegistry registry)
{
    private const int Remembered = 4096;
    private readonly ConcurrentDictionary<(string Uid, string Reason, string Message), string> _known = new();

    public void Normal(StoredObject about, string component, string reason, string message) =>
        Record(about, component, "Normal", reason, message);

    public void Warning(StoredObject about, string component, string reason, string message) =>
        Record(about, component, "Warning", reason, message);

    private void Record(StoredObject about, string component, string type, string reason, string message)
    {
        string ns = about.Namespace.Length > 0 ? about.Namespace : "default";
        try
        {
            if (
                _known.TryGetValue((about.Uid, reason, message), out string? name)
                && registry.Store.Get(BuiltInKinds.Events, ns, name) is not null
            )
            {
                Increment(component, ns, name);
                return;
            }
            name = string.Create(
                CultureInfo.InvariantCulture,
                $"{about.Name}.{registry.Time.GetUtcNow().Ticks:x}{StableHash.Of(reason + message):x8}"
            );
            Create(about, component, ns, name, type, reason, message);
            if (_known.Count >= Remembered)
                _known.Clear();
            _known[(about.Uid, reason, message)] = name;
        }
        catch (ApiException)
        {
            // The namespace is terminating, or an identical event exists.
        }
    }

    private void Increment(string component, string ns, string name) =>
        registry
            .As(new(component))
            .Update(
                BuiltInKinds.Events,
                ns,
                name,
                item =>
                {
                    item["count"] = (item.Number("count") ?? 1) + 1;
                    item["lastTimestamp"] = registry.Now;
                    return item;
                }
            );

    private void Create(StoredObject about, string component, string ns, string name, string type, string reason, string message)
    {
        JsonObject involved = new()
        {
            ["kind"] = about.Kind.Kind,
            ["apiVersion"] = about.Kind.ApiVersion(about.Kind.Versions[0].Name),
            ["name"] = about.Name,
            ["uid"] = about.Uid,
        };
        if (about.Namespace.Length > 0)
            involved["namespace"] = about.Namespace;
        registry
            .As(new(component))
            .Create(
                BuiltInKinds.Events,
                ns,
                new()
                {
                    ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
                    ["involvedObject"] = involved,
                    ["reason"] = reason,
                    ["message"] = message,
                    ["type"] = type,
                    ["count"] = 1,
                    ["source"] = SourceOf(about, component),
                    ["reportingComponent"] = component,
                    ["reportingInstance"] = "",
                    ["firstTimestamp"] = registry.Now,
                    ["lastTimestamp"] = registry.Now,
                    ["eventTime"] = null,
                }
            );
    }

    // Events of a kubelet have its node.
    private static JsonObject SourceOf(StoredObject about, string component)
    {
        JsonObject source = new() { ["component"] = component };
        string host =
            component != "kubelet" ? ""
            : about.Kind == BuiltInKinds.Pods ? about.Field("spec.nodeName")
            : about.Name;
        if (host.Length > 0)
            source["host"] = host;
        return source;
    }
}
