using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>What is particular to a kind: each is a pure function over documents.</summary>
internal sealed class KindRules
{
    public static KindRules None { get; } = new();

    /// <summary>What is left out is filled in so, whatever the version of the cluster.</summary>
    public Action<JsonObject> Default { private get; init; } = static _ => { };

    /// <summary>What is filled in besides, from a minor version on: given the version that the cluster is.</summary>
    public Action<JsonObject, int>? DefaultAt { private get; init; }

    /// <summary>What the server alone says of an object, given what it was before (null: it is new); what a client writes there does not count.</summary>
    public Action<JsonObject?, JsonObject>? Derive { get; init; }

    /// <summary>What a new object starts with, after the common part (status emptied where it is a subresource).</summary>
    public Action<JsonObject> PrepareCreate { private get; init; } = static _ => { };

    /// <summary>What a new object starts with besides, given the minor version of the cluster.</summary>
    public Action<JsonObject, int>? PrepareCreateAt { private get; init; }

    /// <summary>What the first request to delete an object leaves in it, given the time as the API writes it.</summary>
    public Action<JsonObject, string> PrepareDelete { get; init; } = static (_, _) => { };

    /// <summary>True while an object that is being deleted has to stay, beyond finalizers and grace period.</summary>
    public Func<JsonObject, bool> HoldsBack { get; init; } = static _ => false;

    /// <summary>Restores what an update through the main resource cannot change: of (old, changed).</summary>
    public Action<JsonObject, JsonObject> Keep { get; init; } = static (_, _) => { };

    /// <summary>Finds faults of a new or changed object; the old one is null when it is new.</summary>
    public Action<JsonObject, JsonObject?, FieldErrors> Validate { get; init; } = static (_, _, _) => { };

    /// <summary>Finds changes that a client may not make: of (changed, old).</summary>
    public Action<JsonObject, JsonObject, FieldErrors> ValidateUpdate { get; init; } = static (_, _, _) => { };

    /// <summary>Finds changes that may not be made of the status: of (changed, old), at that time.</summary>
    public Action<JsonObject, JsonObject, DateTimeOffset, FieldErrors> ValidateStatus { get; init; } = static (_, _, _, _) => { };

    /// <summary>True where a new object keeps the status it came with.</summary>
    public bool KeepsStatusOnCreate { get; init; }

    /// <summary>True where the status subresource may also change labels, annotations and finalizers.</summary>
    public bool StatusMayChangeMetadata { get; init; }

    /// <summary>True where, of these, labels stay what they were.</summary>
    public bool StatusKeepsLabels { get; init; }

    /// <summary>True where a change of annotations counts as a new generation.</summary>
    public bool AnnotationsCountForGeneration { get; init; }

    /// <summary>The warnings for a document that is written, given the minor version of the cluster.</summary>
    public Func<JsonObject, int, IEnumerable<string>>? Warn { get; init; }

    /// <summary>What the name is used for that asks for a DNS label, as in <c>the Pod's hostname</c>; null where any name will do.</summary>
    public string? NameUse { get; init; }

    /// <summary>Whether a change (of the old document into the changed one) counts as a new generation, where that is not the specification's alone.</summary>
    public Func<JsonObject, JsonObject, bool>? CountsForGeneration { get; init; }

    /// <summary>Gives a stored document the form that clients see; null where that is the same. One instance as long as it does the same.</summary>
    public Action<JsonObject>? Show { get; init; }

    /// <summary>Gives a document of a client's form the form in which it is stored; null where that is the same.</summary>
    public Action<JsonObject>? Store { get; init; }

    /// <summary>How names are checked: a DNS subdomain where nothing else is said.</summary>
    public Func<string, string[]> CheckName { get; init; } = NameRules.Subdomain;

    /// <summary>Why clients may not delete the object of this name; null where they may.</summary>
    public Func<string, string?> RefuseDelete { get; init; } = static _ => null;

    /// <summary>Seconds between the request and the end of an object (given what was asked for); null where deleting takes no time.</summary>
    public Func<JsonObject, long?, long>? GracePeriod { get; init; }

    /// <summary>Fills what was left out, on every write.</summary>
    /// <param name="document">Is changed.</param>
    /// <param name="minor">Of the Kubernetes that is served: 20 for 1.20.</param>
    public void Fill(JsonObject document, int minor)
    {
        Default(document);
        DefaultAt?.Invoke(document, minor);
    }

    /// <summary>Gives a new object what it starts with.</summary>
    /// <param name="document">Is changed.</param>
    /// <param name="minor">Of the Kubernetes that is served.</param>
    public void Prepare(JsonObject document, int minor)
    {
        PrepareCreate(document);
        PrepareCreateAt?.Invoke(document, minor);
    }
}
