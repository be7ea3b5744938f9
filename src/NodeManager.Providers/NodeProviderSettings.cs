using System.Text.Json.Nodes;
using NodeManager.Providers.ClusterApi;
using NodeManager.Providers.Proxmox;
using NodeManager.Providers.Redfish;
using NodeManager.Providers.Settings;
using NodeManager.Providers.Simulated;
using NodeManager.Providers.Webhook;

namespace NodeManager.Providers;

/// <summary>The parameters of New-NodeProvider as a spec.</summary>
public sealed record NodeProviderSettings
{
    private static readonly ProviderSection[] Sections =
    [
        ClusterApiSection.Definition,
        ProxmoxSection.Definition,
        RedfishSection.Definition,
        SimulatedSection.Definition,
        WebhookSection.Definition,
    ];

    /// <summary>Null: not given.</summary>
    public string? Type { get; init; }

    /// <inheritdoc cref="Type"/>
    public string? SecretName { get; init; }

    /// <inheritdoc cref="Type"/>
    public string? SecretNamespace { get; init; }

    /// <inheritdoc cref="Type"/>
    public IReadOnlyDictionary<string, object?>? AdditionalSettings { get; init; }

    /// <summary>
    /// The parameters of some types, by name: texts, numbers, booleans, durations, tables and lists. <c>CaBundlePath</c> is the file's
    /// content.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();

    /// <summary>True for a parameter of some types only.</summary>
    public static bool IsOfType(string parameter) => SectionsWith(parameter).Length > 0;

    /// <summary>The type in the spelling of the resources.</summary>
    public static string Normalize(string type) =>
        Sections.FirstOrDefault(one => one.Type.Equals(type, StringComparison.OrdinalIgnoreCase))?.Type ?? type;

    /// <summary>Builds a spec, or a merge patch of one.</summary>
    /// <param name="type">Determines the section of the settings.</param>
    /// <exception cref="NodeManagerException">Invalid: a setting that this type does not have, or an invalid value.</exception>
    public JsonObject ToSpec(string type)
    {
        RequireType(type);
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
            spec["additionalSettings"] = SectionParameter.ToJson(AdditionalSettings);
        if (Array.Find(Sections, one => one.Type == type) is not { } section)
            return spec;
        var fields = new JsonObject();
        foreach (SectionParameter parameter in section.Parameters)
        {
            if (Values.GetValueOrDefault(parameter.Name) is { } value)
                parameter.Set(fields, value);
        }

        if (fields.Count > 0 || section.IsAlwaysSet)
            spec[section.Type] = fields;
        return spec;
    }

    // Another spelling of a type is not the type.
    private void RequireType(string type)
    {
        foreach (string name in Values.Keys.Order(StringComparer.Ordinal))
        {
            string[] owners = [.. SectionsWith(name).Select(static one => one.Type)];
            if (owners.Contains(type))
                continue;
            throw new NodeManagerException(
                ErrorIds.Invalid,
                ErrorKind.InvalidArgument,
                $"Parameter -{name} applies to providers of type {string.Join(" or ", owners)}, not of type '{type}'.",
                name,
                "Use the parameters of the provider's type. Get-Help New-NodeProvider lists them by type."
            );
        }
    }

    private static ProviderSection[] SectionsWith(string parameter) =>
        Array.FindAll(Sections, section => section.Parameters.Any(one => one.Name == parameter));
}
