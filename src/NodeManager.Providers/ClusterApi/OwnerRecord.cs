using System.Text.Json.Nodes;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// The claims of a MachineDeployment or MachineSet, as annotations of it. They change in the same request as <c>spec.replicas</c>, with the
/// resourceVersion that was read: a claim raises the number once, however often it asks.
/// </summary>
/// <param name="Claims">The UID of the claim's Machine by the claim's UID; empty until one is assigned.</param>
/// <param name="Owners">Whose claim it is: see <see cref="Core.Machines.MachineProviderSettings.Owner"/>.</param>
/// <param name="Removals">The UIDs of Machines that the owner was scaled down for, by claim UID.</param>
/// <param name="Others">The UIDs of Machines that existed before a claim: they are never assigned.</param>
internal sealed record OwnerRecord(
    IReadOnlyDictionary<string, string> Claims,
    IReadOnlyDictionary<string, string> Owners,
    IReadOnlyDictionary<string, string> Removals,
    IReadOnlySet<string> Others
)
{
    public const string ClaimPrefix = "claim.kubenodesmith.parawell.cloud/";
    public const string RemovalPrefix = "removal.kubenodesmith.parawell.cloud/";
    public const string OthersAnnotation = "kubenodesmith.parawell.cloud/other-machines";

    // The annotations of an object have 256 KiB in all.
    public const int MaximumOthers = 4000;

    public static OwnerRecord Read(IReadOnlyDictionary<string, string>? annotations)
    {
        Dictionary<string, string> claims = new(StringComparer.Ordinal),
            owners = new(StringComparer.Ordinal),
            removals = new(StringComparer.Ordinal);
        HashSet<string> others = new(StringComparer.Ordinal);
        foreach ((string key, string value) in annotations ?? new Dictionary<string, string>())
        {
            if (key.StartsWith(ClaimPrefix, StringComparison.Ordinal))
            {
                string[] parts = value.Split(' ', 2);
                string claim = key[ClaimPrefix.Length..];
                owners[claim] = parts[0];
                claims[claim] = parts.Length > 1 ? parts[1] : "";
            }
            else if (key.StartsWith(RemovalPrefix, StringComparison.Ordinal))
            {
                removals[key[RemovalPrefix.Length..]] = value;
            }
            else if (key == OthersAnnotation)
            {
                others.UnionWith(value.Split(',', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return new(claims, owners, removals, others);
    }
}

/// <summary>A change of an owner: annotations and the number of replicas in one patch.</summary>
internal sealed record OwnerChange
{
    private readonly JsonObject _annotations = [];

    /// <summary>Null: unchanged.</summary>
    public int? Replicas { get; init; }

    public OwnerChange Claim(string uid, string owner, string machineUid = "") =>
        Set(OwnerRecord.ClaimPrefix + uid, machineUid.Length > 0 ? $"{owner} {machineUid}" : owner);

    public OwnerChange Release(string uid) => Set(OwnerRecord.ClaimPrefix + uid, null);

    public OwnerChange Removal(string uid, string? machineUid) => Set(OwnerRecord.RemovalPrefix + uid, machineUid);

    public OwnerChange Others(IEnumerable<string> uids) =>
        Set(OwnerRecord.OthersAnnotation, string.Join(',', uids.Order(StringComparer.Ordinal)) is { Length: > 0 } text ? text : null);

    /// <summary>The merge patch, which the server refuses if the object is another one or has changed.</summary>
    public JsonObject ToPatch(MachineOwner owner)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = owner.Metadata.Uid,
                ["resourceVersion"] = owner.Metadata.ResourceVersion,
                ["annotations"] = _annotations.DeepClone(),
            },
        };
        if (Replicas is { } replicas)
            patch["spec"] = new JsonObject { ["replicas"] = replicas };
        return patch;
    }

    private OwnerChange Set(string key, string? value)
    {
        _annotations[key] = value;
        return this;
    }
}
