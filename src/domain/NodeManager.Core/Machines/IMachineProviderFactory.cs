using System.Text.Json;

namespace NodeManager.Core.Machines;

/// <summary>A type of provider: what makes its instances and checks their settings.</summary>
public interface IMachineProviderFactory
{
    /// <summary>As in <c>spec.type</c>: <c>proxmox</c>, or a qualified name such as <c>example.com/hcloud</c> for a third party's.</summary>
    string Type { get; }

    /// <summary>
    /// The Secrets that a spec refers to, and the keys that each must have; they are read before <see cref="Validate"/>. By default that of
    /// <c>credentialsSecretRef</c>, where there is one.
    /// </summary>
    IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => MachineSecret.Find(spec) is { } secret ? [secret] : [];

    /// <summary>What is wrong with the settings, without any connection; empty: nothing. A sentence each, beginning with the field.</summary>
    IReadOnlyList<string> Validate(MachineProviderSettings settings);

    /// <summary>Makes a provider. It connects at its first call.</summary>
    /// <exception cref="NodeManagerException">Invalid: what <see cref="Validate"/> reports.</exception>
    IMachineProvider Create(MachineProviderSettings settings);
}

/// <summary>A Secret that a provider needs.</summary>
/// <param name="Field">That refers to it: <c>spec.credentialsSecretRef</c>.</param>
/// <param name="Namespace">Null: that of the provider.</param>
/// <param name="Name">Empty: the field is missing.</param>
/// <param name="Keys">That it must have.</param>
public sealed record MachineSecret(string Field, string? Namespace, string Name, params IReadOnlyList<string> Keys)
{
    /// <summary>The field of the provider's own Secret.</summary>
    public const string OwnField = "spec.credentialsSecretRef";

    /// <summary>The Secret of <c>credentialsSecretRef</c>; null where the spec names none.</summary>
    public static MachineSecret? Find(JsonElement spec, params IReadOnlyList<string> keys) =>
        spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("credentialsSecretRef", out JsonElement reference)
        && reference.ValueKind == JsonValueKind.Object
        && Text(reference, "name") is { Length: > 0 } name
            ? new(OwnField, Text(reference, "namespace") is { Length: > 0 } ns ? ns : null, name, keys)
            : null;

    /// <summary>The Secret of <c>credentialsSecretRef</c>, which must be named.</summary>
    public static MachineSecret Require(JsonElement spec, params IReadOnlyList<string> keys) =>
        Find(spec, keys) ?? new(OwnField, null, "", keys);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A provider that can say whether it would work.</summary>
public interface ITestableMachineProvider
{
    /// <summary>Checks reachability, credentials, permissions and capacity, in this order. Changes nothing.</summary>
    Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken);
}

/// <summary>One thing that was checked.</summary>
/// <param name="Check">What: <c>Reachable</c>, <c>Credentials</c>, <c>Permissions</c>, <c>Capacity</c>, or a provider's own.</param>
/// <param name="Passed">False: <paramref name="Message"/> is a problem; <see cref="Weight"/> says which.</param>
/// <param name="Message">What was found.</param>
public sealed record MachineProviderFinding(string Check, bool Passed, string Message)
{
    /// <summary>What to do about it; empty where it passed.</summary>
    public string Action { get; init; } = "";

    /// <summary>What it means that the check did not pass.</summary>
    public MachineFindingWeight Weight { get; init; }
}

/// <summary>What a finding means for the use of a provider.</summary>
public enum MachineFindingWeight
{
    /// <summary>The provider cannot be used.</summary>
    Blocking,

    /// <summary>The provider answers, and cannot make every machine: it has no room, or a part of it fails.</summary>
    Limited,

    /// <summary>The provider works, and should not be left as it is.</summary>
    Risk,
}
