using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>Kind-specific behavior as pure functions over documents.</summary>
internal sealed class KindRules
{
    public static KindRules None { get; } = new();

    /// <summary>Sets defaults of all cluster versions.</summary>
    public Action<JsonObject> Default { private get; init; } = static _ => { };

    /// <summary>Sets further defaults by minor version.</summary>
    public Action<JsonObject, int>? DefaultAt { private get; init; }

    /// <summary>Sets server-owned fields from the former object (null if new) and ignores the client's values.</summary>
    public Action<JsonObject?, JsonObject>? Derive { get; init; }

    /// <summary>Initializes a new object after the common part, which clears a status subresource.</summary>
    public Action<JsonObject> PrepareCreate { private get; init; } = static _ => { };

    /// <summary>Further initialization by minor version.</summary>
    public Action<JsonObject, int>? PrepareCreateAt { private get; init; }

    /// <summary>Changes an object at the first deletion request, at this time.</summary>
    public Action<JsonObject, string> PrepareDelete { get; init; } = static (_, _) => { };

    /// <summary>True while a deleted object must stay beyond finalizers and grace period.</summary>
    public Func<JsonObject, bool> HoldsBack { get; init; } = static _ => false;

    /// <summary>Restores immutable fields in an update of the main resource: (old, changed).</summary>
    public Action<JsonObject, JsonObject> Keep { get; init; } = static (_, _) => { };

    /// <summary>Validates an object; the old one is null for a new object.</summary>
    public Action<JsonObject, JsonObject?, FieldErrors> Validate { get; init; } = static (_, _, _) => { };

    /// <summary>Validates a change: (changed, old).</summary>
    public Action<JsonObject, JsonObject, FieldErrors> ValidateUpdate { get; init; } = static (_, _, _) => { };

    /// <summary>Validates a status change: (changed, old, time).</summary>
    public Action<JsonObject, JsonObject, DateTimeOffset, FieldErrors> ValidateStatus { get; init; } = static (_, _, _, _) => { };

    /// <summary>A new object keeps its status.</summary>
    public bool KeepsStatusOnCreate { get; init; }

    /// <summary>The status subresource may also change labels, annotations and finalizers.</summary>
    public bool StatusMayChangeMetadata { get; init; }

    /// <summary>With <see cref="StatusMayChangeMetadata"/>: labels are kept.</summary>
    public bool StatusKeepsLabels { get; init; }

    /// <summary>A change of annotations increments the generation.</summary>
    public bool AnnotationsCountForGeneration { get; init; }

    /// <summary>Warnings for a written document, by minor version.</summary>
    public Func<JsonObject, int, IEnumerable<string>>? Warn { get; init; }

    /// <summary>Why the name must be a DNS label, as in <c>the Pod's hostname</c>; null where it need not be.</summary>
    public string? NameUse { get; init; }

    /// <summary>Whether a change (old, changed) increments the generation, where not only the specification counts.</summary>
    public Func<JsonObject, JsonObject, bool>? CountsForGeneration { get; init; }

    /// <summary>
    /// Converts a stored document to the client's form; null where they are the same. One delegate instance per conversion.
    /// </summary>
    public Action<JsonObject>? Show { get; init; }

    /// <summary>Converts a client's document to the stored form; null where they are the same.</summary>
    public Action<JsonObject>? Store { get; init; }

    /// <summary>Validates names; by default, DNS subdomains.</summary>
    public Func<string, string[]> CheckName { get; init; } = NameRules.Subdomain;

    /// <summary>Why clients may not delete the object of this name; null where they may.</summary>
    public Func<string, string?> RefuseDelete { get; init; } = static _ => null;

    /// <summary>The grace period in seconds from the requested one; null where deletion is immediate.</summary>
    public Func<JsonObject, long?, long>? GracePeriod { get; init; }

    /// <summary>Sets defaults on every write.</summary>
    /// <param name="minor">20 for 1.20.</param>
    public void Fill(JsonObject document, int minor)
    {
        Default(document);
        DefaultAt?.Invoke(document, minor);
    }

    public void Prepare(JsonObject document, int minor)
    {
        PrepareCreate(document);
        PrepareCreateAt?.Invoke(document, minor);
    }
}
