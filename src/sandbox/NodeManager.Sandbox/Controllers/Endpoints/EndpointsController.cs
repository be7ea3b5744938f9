using System.Runtime.CompilerServices;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Endpoints;

/// <summary>Maintains Endpoints and EndpointSlices.</summary>
internal sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    private const string Headless = "service.kubernetes.io/headless";
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const string Manager = "endpointslice.kubernetes.io/managed-by";
    private const string ManagerName = "endpointslice-controller.k8s.io";

    // The limit of real slices.
    private const int MaximumEndpointsPerSlice = 100;

    // Cached, because every change of a pod uses them.
    private static readonly ConditionalWeakTable<StoredObject, KeyValuePair<string, string>[]> Selectors = [];

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.Services, BuiltInKinds.Pods, BuiltInKinds.Endpoints, BuiltInKinds.EndpointSlices];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Services)
            Enqueue(item);
        else if (item.Kind == BuiltInKinds.Endpoints)
            Enqueue(new ObjectKey(BuiltInKinds.Services, item.Namespace, item.Name));
        else if (item.Kind == BuiltInKinds.EndpointSlices)
        {
            if (item.Labels?.GetValueOrDefault(Manager) == ManagerName && item.Labels.TryGetValue(ServiceLabel, out string? service))
                Enqueue(new ObjectKey(BuiltInKinds.Services, item.Namespace, service));
        }
        else
        {
            // Compares only for pods of a service, because it reads the pod.
            bool? isSame = null;
            foreach (StoredObject service in Store.List(BuiltInKinds.Services).Objects.Walk(item.Namespace))
            {
                if (!Selects(service, item) && !(change.Previous is { } before && Selects(service, before)))
                    continue;
                if (isSame ??= IsSameEndpoint(change))
                    return;
                Enqueue(service);
            }
        }
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
        {
            // Slices have an owner; Endpoints are found by name.
            if (Get(key) is null && Store.Get(BuiltInKinds.Endpoints, key.Namespace, key.Name) is { } left)
                Registry.Delete(left.Kind, left.Namespace, left.Name, new() { Uid = left.Uid });
            return;
        }

        JsonObject service = stored.ToJson();
        if (service.Object("spec").Object("selector") is not { Count: > 0 } || service.Object("spec").Text("type") == "ExternalName")
            return;
        List<EndpointPod> pods =
        [
            .. Store
                .List(BuiltInKinds.Pods)
                .Objects.Walk(key.Namespace)
                .Where(pod => Selects(stored, pod))
                .Select(pod => EndpointPod.Of(pod, service, Store))
                .OfType<EndpointPod>()
                .OrderBy(static pod => pod.Address, StringComparer.Ordinal),
        ];
        WriteEndpoints(stored, service, pods);
        WriteSlices(stored, service, pods);
    }

    private static bool Selects(StoredObject service, StoredObject pod)
    {
        KeyValuePair<string, string>[] selector = Selectors.GetValue(
            service,
            static one =>
                [
                    .. (one.ToJson().Object("spec").Object("selector") ?? []).Select(static pair =>
                        KeyValuePair.Create(pair.Key, (string?)pair.Value ?? "")
                    ),
                ]
        );
        return selector.Length > 0 && Array.TrueForAll(selector, pair => pod.Labels?.GetValueOrDefault(pair.Key) == pair.Value);
    }

    // Most changes of a pod do not affect endpoints.
    private static bool IsSameEndpoint(Change change)
    {
        if (change.Type != ChangeType.Modified || change.Previous is not { } before)
            return false;
        StoredObject now = change.Object;
        return before.IsDeleting == now.IsDeleting
            && before.Field("status.podIP") == now.Field("status.podIP")
            && before.Field("status.phase") == now.Field("status.phase")
            && before.As<Pod>().IsReady() == now.As<Pod>().IsReady()
            && SameLabels(before.Labels, now.Labels);
    }

    private static bool SameLabels(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0) && (one is null || one.All(pair => other!.GetValueOrDefault(pair.Key) == pair.Value));

    private static JsonObject Labels(JsonObject service)
    {
        JsonObject labels = service.Object("metadata").Object("labels")?.DeepClone().AsObject() ?? [];
        if (service.Object("spec").Text("clusterIP") == "None")
            labels[Headless] = "";
        return labels;
    }

    private void WriteEndpoints(StoredObject stored, JsonObject service, List<EndpointPod> pods)
    {
        JsonObject labels = Labels(service);
        if (Context.MinorVersion >= 33)
            labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller";
        JsonArray subsets = EndpointPod.Subsets(pods);
        if (Store.Get(BuiltInKinds.Endpoints, stored.Namespace, stored.Name) is null)
        {
            var document = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = stored.Name, ["labels"] = labels },
            };
            if (subsets.Count > 0)
                document["subsets"] = subsets;
            Registry.Create(BuiltInKinds.Endpoints, stored.Namespace, document);
            return;
        }

        Registry.Update(
            BuiltInKinds.Endpoints,
            stored.Namespace,
            stored.Name,
            document =>
            {
                document["metadata"]!["labels"] = labels.DeepClone();
                if (subsets.Count == 0)
                    document.Remove("subsets");
                else
                    document["subsets"] = subsets.DeepClone();
            }
        );
    }

    private void WriteSlices(StoredObject stored, JsonObject service, List<EndpointPod> pods)
    {
        List<StoredObject> slices =
        [
            .. Store.ControlledBy(stored.Uid, BuiltInKinds.EndpointSlices).OrderBy(static slice => slice.Name, StringComparer.Ordinal),
        ];

        // All pods of a slice have the same ports. Without pods there is one empty slice.
        List<(EndpointPod[] Pods, JsonArray Ports)> wanted =
        [
            .. pods.GroupBy(static pod => pod.PortsText, StringComparer.Ordinal)
                .SelectMany(
                    static group => group.Chunk(MaximumEndpointsPerSlice),
                    static (group, part) => (part, new JsonArray([.. group.First().Ports.Select(static port => port.DeepClone())]))
                ),
        ];
        if (wanted.Count == 0)
            wanted.Add(([], []));
        for (int i = 0; i < wanted.Count; i++)
        {
            JsonArray endpoints = [.. wanted[i].Pods.Select(pod => pod.ToEndpoint(Context.MinorVersion))];
            JsonArray ports = wanted[i].Ports;
            JsonObject labels = Labels(service);
            labels[Manager] = ManagerName;
            labels[ServiceLabel] = stored.Name;
            if (i >= slices.Count)
            {
                CreateSlice(stored, labels, endpoints, ports);
                continue;
            }

            Registry.Update(
                BuiltInKinds.EndpointSlices,
                stored.Namespace,
                slices[i].Name,
                document =>
                {
                    document["metadata"]!["labels"] = labels.DeepClone();
                    document["endpoints"] = endpoints.DeepClone();
                    document["ports"] = ports.DeepClone();
                }
            );
        }

        foreach (StoredObject spare in slices.Skip(wanted.Count))
            Registry.Delete(spare.Kind, spare.Namespace, spare.Name, new() { Uid = spare.Uid });
    }

    private void CreateSlice(StoredObject stored, JsonObject labels, JsonArray endpoints, JsonArray ports) =>
        Registry.Create(
            BuiltInKinds.EndpointSlices,
            stored.Namespace,
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["generateName"] = stored.Name + "-",
                    ["labels"] = labels,
                    ["ownerReferences"] = new JsonArray(PodTemplates.Reference(stored)),
                },
                ["addressType"] = "IPv4",
                ["endpoints"] = endpoints,
                ["ports"] = ports,
            }
        );
}
