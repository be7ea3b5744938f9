using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;

namespace NodeManager.Autoscaling.Providers;

/// <summary>
/// The settings of a provider in parameters; null: not given. Tables and lists contain text, numbers, booleans, tables and lists.
/// </summary>
public sealed record NodeProviderSettings
{
    public string? Type { get; init; }

    public string? SecretName { get; init; }

    public string? SecretNamespace { get; init; }

    public IReadOnlyDictionary<string, object?>? AdditionalSettings { get; init; }

    public string? Endpoint { get; init; }

    public IReadOnlyList<string>? NodeWhitelist { get; init; }

    /// <summary>The first and the last id: <c>1250-1300</c>.</summary>
    public string? VmIdRange { get; init; }

    public long? VmMemOverheadMiB { get; init; }

    public IReadOnlyList<IReadOnlyDictionary<string, object?>>? NetworkInterfaces { get; init; }

    public IReadOnlyDictionary<string, object?>? VmOptions { get; init; }

    public TimeSpan? TaskTimeout { get; init; }

    public int? CpuOvercommit { get; init; }

    public string? ResourcePool { get; init; }

    public IReadOnlyDictionary<string, object?>? NodeZones { get; init; }

    public long? TemplateId { get; init; }

    public bool? FullClone { get; init; }

    public string? Storage { get; init; }

    public bool? TaintsInSmbios { get; init; }

    public IReadOnlyList<IReadOnlyDictionary<string, object?>>? Systems { get; init; }

    public string? BootTarget { get; init; }

    public string? BootMode { get; init; }

    public string? HttpBootUri { get; init; }

    public TimeSpan? PowerTimeout { get; init; }

    public string? ManagedTag { get; init; }

    /// <summary>PEM.</summary>
    public string? CaBundle { get; init; }

    public bool? SkipCertificateCheck { get; init; }

    public bool? AllowUnencryptedAuthentication { get; init; }

    public TimeSpan? BootDelay { get; init; }

    public int? MaxMachines { get; init; }

    public IReadOnlyList<string>? Zones { get; init; }

    /// <summary>Builds a spec, or a merge patch of one.</summary>
    /// <param name="type">Determines the section of the settings.</param>
    /// <exception cref="NodeManagerException">Invalid: a setting that this type does not have, or an invalid value.</exception>
    public JsonObject ToSpec(string type)
    {
        var spec = new JsonObject();
        if (Type is not null)
            spec["type"] = Type;
        if (SecretName is not null || SecretNamespace is not null)
        {
            var reference = new JsonObject();
            if (SecretName is not null)
                reference["name"] = SecretName;
            if (SecretNamespace is not null)
                reference["namespace"] = SecretNamespace;
            spec["credentialsSecretRef"] = reference;
        }

        if (AdditionalSettings is not null)
            spec["additionalSettings"] = Json(AdditionalSettings);
        (string Parameter, JsonObject Section)[] sections = [("proxmox", Proxmox()), ("redfish", Redfish()), ("simulated", Simulated())];
        JsonObject shared = Shared(type);
        foreach ((string section, JsonObject fields) in sections)
        {
            if (section != type && fields.Count > 0)
                throw NotOf(type, fields.First().Key, section);
            if (section != type)
                continue;
            foreach ((string name, JsonNode? value) in shared)
                fields[name] = value?.DeepClone();
            if (fields.Count > 0 || section == "simulated")
                spec[section] = fields;
        }

        if (shared.Count > 0 && type is not ("proxmox" or "redfish"))
            throw NotOf(type, shared.First().Key, "proxmox or redfish");
        return spec;
    }

    private JsonObject Shared(string type)
    {
        var fields = new JsonObject();
        Set(fields, type == "redfish" ? "managedTag" : "managedNodeTag", ManagedTag);
        Set(fields, "caBundle", CaBundle is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(CaBundle)));
        Set(fields, "insecureSkipTLSVerify", SkipCertificateCheck);
        Set(fields, "allowUnencryptedAuthentication", AllowUnencryptedAuthentication);
        return fields;
    }

    private JsonObject Proxmox()
    {
        var fields = new JsonObject();
        Set(fields, "endpoint", Endpoint);
        if (NodeWhitelist is not null)
            fields["nodeWhitelist"] = Json(NodeWhitelist);
        if (VmIdRange is not null)
            fields["vmIDRange"] = Range(VmIdRange);
        Set(fields, "vmMemOverheadMiB", VmMemOverheadMiB);
        if (NetworkInterfaces is not null)
            fields["networkInterfaces"] = Json(NetworkInterfaces);
        if (VmOptions is not null)
        {
            fields["vmOptions"] = new JsonArray([
                .. VmOptions
                    .OrderBy(static one => one.Key, StringComparer.Ordinal)
                    .Select(static one => (JsonNode)new JsonObject { ["name"] = one.Key, ["value"] = Json(one.Value) }),
            ]);
        }

        Set(fields, "taskTimeout", TaskTimeout is { } timeout ? PoolDuration.Format(timeout) : null);
        Set(fields, "cpuOvercommit", CpuOvercommit);
        Set(fields, "resourcePool", ResourcePool);
        if (NodeZones is not null)
            fields["nodeZones"] = Json(NodeZones);
        Set(fields, "taintsInSmbios", TaintsInSmbios);
        var template = new JsonObject();
        Set(template, "vmID", TemplateId);
        Set(template, "full", FullClone);
        Set(template, "storage", Storage);
        if (template.Count > 0)
            fields["template"] = template;
        return fields;
    }

    private JsonObject Redfish()
    {
        var fields = new JsonObject();
        if (Systems is not null)
            fields["systems"] = new JsonArray([.. Systems.Select(System)]);
        Set(fields, "bootTarget", BootTarget);
        Set(fields, "bootMode", BootMode);
        Set(fields, "httpBootURI", HttpBootUri);
        Set(fields, "powerTimeout", PowerTimeout is { } timeout ? PoolDuration.Format(timeout) : null);
        return fields;
    }

    private JsonObject Simulated()
    {
        var fields = new JsonObject();
        Set(fields, "bootDelay", BootDelay is { } delay ? PoolDuration.Format(delay) : null);
        Set(fields, "maxMachines", MaxMachines);
        if (Zones is not null)
            fields["zones"] = Json(Zones);
        return fields;
    }

    // secretName and secretNamespace stand for the reference.
    private static JsonNode System(IReadOnlyDictionary<string, object?> table)
    {
        var system = new JsonObject();
        var reference = new JsonObject();
        foreach ((string name, object? value) in table)
        {
            if (name.Equals("secretName", StringComparison.OrdinalIgnoreCase))
                reference["name"] = Json(value);
            else if (name.Equals("secretNamespace", StringComparison.OrdinalIgnoreCase))
                reference["namespace"] = Json(value);
            else
                system[name] = Json(value);
        }

        if (reference.Count > 0)
            system["credentialsSecretRef"] = reference;
        return system;
    }

    private static JsonObject Range(string text)
    {
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        return
            ends.Length == 2
            && long.TryParse(ends[0], CultureInfo.InvariantCulture, out long lower)
            && long.TryParse(ends[1], CultureInfo.InvariantCulture, out long upper)
            ? new() { ["lower"] = lower, ["upper"] = upper }
            : throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid range of ids.",
                text,
                "Use the first and the last id: 1250-1300."
            );
    }

    private static void Set<T>(JsonObject fields, string name, T? value)
    {
        if (value is not null)
            fields[name] = Json(value);
    }

    private static JsonNode? Json(object? value) =>
        value switch
        {
            null => null,
            string text => JsonValue.Create(text),
            bool flag => JsonValue.Create(flag),
            int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            double number => JsonValue.Create(number),
            IEnumerable<KeyValuePair<string, object?>> map => new JsonObject(
                map.Select(static one => KeyValuePair.Create(one.Key, Json(one.Value)))
            ),
            IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Json)]),
            _ => JsonValue.Create(Text(value)),
        };

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static NodeManagerException NotOf(string type, string field, string section) =>
        new(
            ErrorIds.Invalid,
            ErrorKind.InvalidArgument,
            $"'{field}' is a setting of providers of type {section}, not of type '{type}'.",
            field,
            "Use the parameters of the provider's type; the help of New-NodeProvider lists them by type."
        );
}
