using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Clock;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Api.Registry;

internal sealed partial class ResourceRegistry
{
    /// <summary>Its dependents are let go before it goes.</summary>
    public const string OrphanFinalizer = "orphan";

    /// <summary>It goes when its dependents have gone.</summary>
    public const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>
    /// Deletes an object: immediately, or, where it has grace or finalizers, by marking it; then those that it waits for finish it (a kubelet
    /// by deleting with grace 0, a controller by removing its finalizer).
    /// </summary>
    /// <exception cref="ApiException">404, 409 (preconditions).</exception>
    public DeletionResult Delete(ResourceKind kind, string ns, string name, DeletionRequest request)
    {
        while (true)
        {
            StoredObject current = Get(kind, ns, name);
            CheckPreconditions(kind, name, current, request);
            JsonObject document = current.ToJson();
            bool isHeldBack = Mark(kind, document, request);
            var marked = new StoredObject(kind.StoredAs, document, current.Owners);
            if (!isHeldBack)
            {
                if (request.IsDryRun)
                    return new(current, true);

                // Where grace is counted, that it is none is told before the end.
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

    // Writes into the document what a deletion that takes time leaves there; false where nothing holds the object back.
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
            // Only a shorter time can still be asked for.
            long old = metadata.Number("deletionGracePeriodSeconds") ?? 0;
            if (request.GracePeriod is null || grace >= old)
                grace = old;
            else
                metadata["deletionTimestamp"] = Timestamp(Sooner(DateTimeOffset.Parse(already, CultureInfo.InvariantCulture), grace, old));
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

    // An end beyond the latest time that can be written does not tell when the deletion was requested.
    private DateTimeOffset Sooner(DateTimeOffset end, long grace, long old) =>
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
