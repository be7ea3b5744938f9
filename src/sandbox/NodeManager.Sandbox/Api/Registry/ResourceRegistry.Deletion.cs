using System.Globalization;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    /// <summary>The finalizer for orphaning dependents.</summary>
    public const string OrphanFinalizer = "orphan";

    /// <summary>The finalizer for waiting for dependents.</summary>
    public const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>
    /// Deletes an object immediately, or marks it where it has a grace period or finalizers: a kubelet then deletes it with grace period 0,
    /// and controllers remove finalizers.
    /// </summary>
    public DeletionResult Delete(ResourceKind kind, string ns, string name, DeletionRequest request)
    {
        while (true)
        {
            StoredObject current = Get(kind, ns, name);
            CheckPreconditions(kind, name, current, request);
            JsonObject document = current.ToJson();
            bool isHeldBack = Mark(kind, document, request);
            var marked = new DocumentObject(kind.StoredAs, document, current.Owners);
            if (!isHeldBack)
            {
                if (request.IsDryRun)
                    return new(current, true);

                // For kinds with a grace period, its change to 0 is reported before the end.
                if (store.TryRemove(current, kind.Rules.GracePeriod is null ? null : marked) is { } last)
                    return new(last, true);
                continue;
            }

            if (marked.SameContent(current))
                return new(current, false);
            if (request.IsDryRun)
                return new(marked.At(current.Version), false);
            if (store.TryReplace(current, marked) is { } stored)
                return new(stored, false);
        }
    }

    private static void CheckPreconditions(ResourceKind kind, string name, StoredObject current, DeletionRequest request)
    {
        if (request.Uid is { } uid && uid != current.Uid)
        {
            throw StatusErrors.PreconditionFailed(
                kind,
                name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({current.Uid}). The object might have been deleted and then recreated"
            );
        }

        string version = current.Version.ToString(CultureInfo.InvariantCulture);
        if (request.ResourceVersion is { } wanted && wanted != version)
        {
            throw StatusErrors.PreconditionFailed(
                kind,
                name,
                $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
            );
        }
    }

    // Writes the fields of a pending deletion; false where nothing delays it.
    private bool Mark(ResourceKind kind, JsonObject document, DeletionRequest request)
    {
        JsonObject metadata = document["metadata"]!.AsObject();

        if (kind.HasDependents)
            SetPropagation(
                metadata,
                request.PropagationPolicy ?? (kind.OrphansByDefault && metadata["deletionTimestamp"] is null ? "Orphan" : null)
            );
        if (metadata["deletionTimestamp"] is null)
            kind.Rules.PrepareDelete(document, Now);

        long grace = kind.Rules.GracePeriod?.Invoke(document, request.GracePeriod) ?? 0;
        if (metadata.Text("deletionTimestamp") is { } already)
        {
            // The grace period can only be shortened.
            long old = metadata.Number("deletionGracePeriodSeconds") ?? 0;
            if (request.GracePeriod is null || grace >= old)
                grace = old;
            else
                metadata["deletionTimestamp"] = Timestamp(
                    RequestTime(DateTimeOffset.Parse(already, CultureInfo.InvariantCulture), grace, old)
                );
        }
        else
        {
            metadata["deletionTimestamp"] = Timestamp(time.GetUtcNow().After(grace));
            if (metadata.Number("generation") is { } generation)
                metadata["generation"] = generation + 1;
        }

        if (kind.CountsGraceSeconds)
            metadata["deletionGracePeriodSeconds"] = grace;
        return UpdatePreparation.HoldsBack(kind, document);
    }

    // At the maximum time, the request time cannot be derived from the end.
    private DateTimeOffset RequestTime(DateTimeOffset end, long grace, long old) =>
        end.Year == DateTimeOffset.MaxValue.Year ? time.GetUtcNow().After(grace) : end.After(grace - old);

    private static void SetPropagation(JsonObject metadata, string? policy)
    {
        if (policy is null)
            return;
        string? wanted = policy switch
        {
            "Orphan" => OrphanFinalizer,
            "Foreground" => ForegroundFinalizer,
            _ => null,
        };
        string[] before = [.. (metadata.Array("finalizers") ?? []).Select(one => (string)one!)];
        List<string> after = [.. before.Where(one => one is not (OrphanFinalizer or ForegroundFinalizer))];
        if (wanted is not null)
            after.Add(wanted);
        if (after.SequenceEqual(before))
            return;
        if (after.Count == 0)
            metadata.Remove("finalizers");
        else
            metadata["finalizers"] = new JsonArray([.. after.Select(one => JsonValue.Create(one))]);
    }
}
