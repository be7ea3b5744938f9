using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Endpoints;

internal sealed class EndpointPod
{
    private static readonly string[] Topology = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

    private readonly StoredObject _pod;
    private readonly string _node;
    private readonly string _hostname;
    private readonly bool _isPublished;
    private readonly Dictionary<string, string> _topology = new(StringComparer.Ordinal);

    private EndpointPod(StoredObject pod, JsonObject document, JsonObject service, DocumentStore store)
    {
        _pod = pod;
        _node = pod.Field("spec.nodeName");
        JsonObject? spec = document.Object("spec"),
            its = service.Object("spec");
        bool isNamed = its.Text("clusterIP") == "None" && spec.Text("subdomain") == service.Object("metadata").Text("name");
        _hostname = isNamed ? spec.Text("hostname") ?? "" : "";
        _isPublished = its.Flag("publishNotReadyAddresses") == true;
        Address = pod.Field("status.podIP");
        IsReady = _isPublished || (pod.As<Pod>().IsReady() && !pod.IsDeleting);
        Ports = ServicePorts.On(service, document);
        PortsText = string.Join(',', Ports.Select(static port => port.ToJsonString()));
        if (store.Get(BuiltInKinds.Nodes, "", _node)?.Labels is not { } labels)
            return;
        foreach (string key in Topology)
            if (labels.TryGetValue(key, out string? value))
                _topology[key] = value;
    }

    public string Address { get; }

    public bool IsReady { get; }

    public List<JsonObject> Ports { get; }

    public string PortsText { get; }

    /// <summary>Null for a pod without an address, and for a completed one.</summary>
    public static EndpointPod? Of(StoredObject pod, JsonObject service, DocumentStore store) =>
        pod.Field("status.podIP").Length == 0 || pod.Field("status.phase") is "Succeeded" or "Failed"
            ? null
            : new(pod, pod.ToJson(), service, store);

    /// <summary>The subsets of Endpoints by ports, with ready addresses apart. Terminating pods are excluded.</summary>
    public static JsonArray Subsets(IEnumerable<EndpointPod> pods)
    {
        var subsets = new JsonArray();
        foreach (
            IGrouping<string, EndpointPod> group in pods.Where(static pod => !pod._pod.IsDeleting || pod._isPublished)
                .GroupBy(static pod => pod.PortsText, StringComparer.Ordinal)
        )
        {
            var subset = new JsonObject();
            foreach ((string member, bool isReady) in (ReadOnlySpan<(string, bool)>)[("addresses", true), ("notReadyAddresses", false)])
            {
                JsonArray addresses = [.. group.Where(pod => pod.IsReady == isReady).Select(static pod => pod.ToAddress())];
                if (addresses.Count > 0)
                    subset[member] = addresses;
            }

            JsonArray ports = [.. group.First().Ports.Select(static port => WithoutEmptyName(port))];
            if (ports.Count > 0)
                subset["ports"] = ports;
            subsets.Add(subset);
        }

        return subsets;
    }

    /// <summary>The endpoint of a slice in this minor version.</summary>
    public JsonObject ToEndpoint(int minor)
    {
        var conditions = new JsonObject { ["ready"] = IsReady };
        if (minor >= 22)
        {
            conditions["serving"] = _isPublished || _pod.As<Pod>().IsReady();
            conditions["terminating"] = _pod.IsDeleting;
        }

        var endpoint = new JsonObject { ["addresses"] = new JsonArray(Address), ["conditions"] = conditions };
        if (_hostname.Length > 0)
            endpoint["hostname"] = _hostname;
        endpoint["targetRef"] = Target();
        if (minor < 21)
        {
            var topology = new JsonObject { ["kubernetes.io/hostname"] = _node };
            foreach ((string key, string value) in _topology)
                topology[key] = value;
            endpoint["topology"] = topology;
            return endpoint;
        }

        endpoint["nodeName"] = _node;
        if (_topology.TryGetValue(Topology[1], out string? zone))
            endpoint["zone"] = zone;
        return endpoint;
    }

    private JsonObject ToAddress()
    {
        var address = new JsonObject { ["ip"] = Address };
        if (_hostname.Length > 0)
            address["hostname"] = _hostname;
        address["nodeName"] = _node;
        address["targetRef"] = Target();
        return address;
    }

    private JsonObject Target() =>
        new()
        {
            ["kind"] = "Pod",
            ["namespace"] = _pod.Namespace,
            ["name"] = _pod.Name,
            ["uid"] = _pod.Uid,
        };

    private static JsonObject WithoutEmptyName(JsonObject port)
    {
        JsonObject copy = port.DeepClone().AsObject();
        if (copy.Text("name") is "")
            copy.Remove("name");
        return copy;
    }
}
