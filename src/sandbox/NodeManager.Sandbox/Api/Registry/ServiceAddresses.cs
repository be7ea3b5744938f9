using System.Globalization;
using System.Net;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Allocates addresses (10.96.0.0/16) and node ports (30000-32767) of services. Requires serialization.</summary>
internal static class ServiceAddresses
{
    /// <summary>The address of the API, which is reserved.</summary>
    public const string OfApi = "10.96.0.1";

    private const string None = "None";
    private const int Addresses = 65_536;
    private const int FirstPort = 30_000;
    private const int LastPort = 32_767;

    // The minor version of the fields for two address families.
    private const int FamiliesFrom = 21;

    private static readonly string[] OfAddress = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"];

    /// <param name="service">Complete and valid except for allocated fields.</param>
    /// <param name="old">Null for a new service.</param>
    public static void Allocate(JsonObject service, JsonObject? old, DocumentStore store, int minor)
    {
        var errors = new FieldErrors(minor);
        JsonObject spec = service["spec"]!.AsObject();
        JsonObject? metadata = service.Object("metadata");
        JsonObject[] others =
        [
            .. store
                .List(BuiltInKinds.Services)
                .Objects.Walk()
                .Where(other => other.Namespace != metadata.Text("namespace") || other.Name != metadata.Text("name"))
                .Select(static other => other.ToJson()["spec"]!.AsObject()),
        ];
        if (spec.Text("type") == "ExternalName")
        {
            foreach (string member in OfAddress)
                spec.Remove(member);
            spec.Remove("externalTrafficPolicy");
        }
        else
        {
            AllocateAddress(spec, old.Object("spec"), metadata.Text("uid") ?? "", others, errors);
            if (errors.Faults.Count == 0 && minor >= FamiliesFrom)
                SetFamilies(spec);
        }

        AllocatePorts(spec, old.Object("spec"), metadata.Text("uid") ?? "", others, errors);
        if (errors.Faults.Count > 0)
            throw StatusErrors.Invalid(BuiltInKinds.Services, metadata.Text("name") ?? "", errors);
    }

    private static void AllocateAddress(JsonObject spec, JsonObject? old, string uid, JsonObject[] others, FieldErrors errors)
    {
        string before = old.Text("clusterIP") ?? "",
            requested = spec.Text("clusterIP") ?? "";
        if (requested.Length == 0)
            requested = before;
        if (before.Length > 0 && requested != before)
        {
            errors.Invalid("spec.clusterIPs[0]", new JsonArray(requested), "may not change once set");
            return;
        }

        HashSet<string> taken = [.. others.Select(static other => other.Text("clusterIP") ?? "")];
        if (requested.Length == 0)
            requested = Free(uid, taken);
        else if (requested != None && requested != before)
            CheckAddress(requested, taken, errors);
        spec["clusterIP"] = requested;
        spec["clusterIPs"] = new JsonArray(requested);
    }

    private static void CheckAddress(string requested, HashSet<string> taken, FieldErrors errors)
    {
        var formatted = new JsonArray(requested);
        if (!requested.StartsWith("10.96.", StringComparison.Ordinal))
            errors.Invalid(
                "spec.clusterIPs",
                formatted,
                $"failed to allocate IP {requested}: the provided network does not match the current range"
            );
        else if (taken.Contains(requested))
            errors.Invalid("spec.clusterIPs", formatted, $"failed to allocate IP {requested}: provided IP is already allocated");
    }

    private static string Free(string uid, HashSet<string> taken)
    {
        for (uint step = 0, start = StableHash.Of(uid); step < Addresses; step++)
        {
            uint number = (start + step) % Addresses;
            if (number is 0 or 1 or Addresses - 1)
                continue;
            string address = new IPAddress([10, 96, (byte)(number >> 8), (byte)number]).ToString();
            if (!taken.Contains(address))
                return address;
        }

        throw StatusErrors.Internal("failed to allocate a serviceIP: range is full");
    }

    private static void SetFamilies(JsonObject spec)
    {
        spec.Default("internalTrafficPolicy", "Cluster");
        if (spec.Text("type") == "LoadBalancer")
            spec.Default("allocateLoadBalancerNodePorts", true);

        // The endpoints of a headless service may have both families.
        bool isOpen = spec.Text("clusterIP") == None && spec.Object("selector") is null or { Count: 0 };
        spec.Default("ipFamilies", isOpen ? new JsonArray("IPv4", "IPv6") : new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", isOpen ? "RequireDualStack" : "SingleStack");
    }

    private static void AllocatePorts(JsonObject spec, JsonObject? old, string uid, JsonObject[] others, FieldErrors errors)
    {
        bool needs = spec.Text("type") is "NodePort" or "LoadBalancer";
        if (!needs)
        {
            spec.Remove("allocateLoadBalancerNodePorts");
            spec.Remove("externalTrafficPolicy");
        }

        JsonObject[] ports = [.. spec.Objects("ports")],
            before = [.. old.Objects("ports")];
        HashSet<long> taken =
        [
            .. others
                .SelectMany(static other => other.Array("ports") ?? [])
                .OfType<JsonObject>()
                .Select(static port => port.Number("nodePort") ?? 0),
        ];
        for (int i = 0; i < ports.Length; i++)
        {
            JsonObject port = ports[i];
            JsonObject? same = Array.Find(
                before,
                other => other.Number("port") == port.Number("port") && other.Text("protocol") == port.Text("protocol")
            );
            long requested = port.Number("nodePort") ?? 0,
                had = same.Number("nodePort") ?? 0;
            string path = string.Create(CultureInfo.InvariantCulture, $"spec.ports[{i}].nodePort");
            if (!needs)
            {
                if (requested > 0 && requested != had)
                    errors.Forbidden(path, $"may not be used when `type` is '{spec.Text("type")}'");
                port.Remove("nodePort");
                continue;
            }

            if (requested == 0)
                requested = had;
            if (requested == 0)
                requested = FreePort(uid, i, taken);
            else if (requested != had)
                CheckNodePort(requested, path, taken, errors);
            taken.Add(requested);
            port["nodePort"] = requested;
        }
    }

    private static void CheckNodePort(long requested, string path, HashSet<long> taken, FieldErrors errors)
    {
        if (requested is < FirstPort or > LastPort)
            errors.Invalid(path, requested, $"provided port is not in the valid range. The range of valid ports is {FirstPort}-{LastPort}");
        else if (taken.Contains(requested))
            errors.Invalid(path, requested, "provided port is already allocated");
    }

    private static long FreePort(string uid, int index, HashSet<long> taken)
    {
        const int Count = LastPort - FirstPort + 1;
        for (uint step = 0, start = StableHash.Of(uid, index + 1); step < Count; step++)
        {
            long port = FirstPort + ((start + step) % Count);
            if (!taken.Contains(port))
                return port;
        }

        throw StatusErrors.Internal("failed to allocate a nodePort: range is full");
    }
}
