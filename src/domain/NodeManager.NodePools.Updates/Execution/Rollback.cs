using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Patching;
using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>
/// Starts a rollback: restores the former template, uncordons the former nodes, and marks the new machines for removal. Idempotent.
/// </summary>
internal sealed class Rollback(RollContext context, RollProgressLog book, RollCordons holds, RollMachines machines)
{
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await RestoreAsync(cancellationToken);
        List<NodeSmithClaim> claims = await machines.ListAsync(cancellationToken);
        // A node stays Ready while its machine is being destroyed: uncordoned, it would receive pods.
        HashSet<string> remaining =
        [
            .. claims.Where(static one => one.Metadata.DeletionTimestamp is null).Select(static one => one.Metadata.Uid!),
        ];
        List<RollNode> former = [.. book.All.Where(one => !one.IsBack && remaining.Contains(one.Uid))];
        await holds.ReleaseAsync(former, cancellationToken);
        foreach (RollNode node in former)
            await book.UpdateAsync(
                node.Uid,
                static one => one with { Status = NodePoolUpdateNodeStatus.Kept, DrainedSince = null, Message = "" },
                cancellationToken
            );
        int index = book.All.Count;
        foreach (NodeSmithClaim claim in claims.Where(one => !book.Has(one.Metadata.Uid!) && IsNew(one)))
        {
            Node? node = context.NodeOf(claim);
            await book.AddAsync(
                new()
                {
                    Index = index++,
                    Claim = claim.Metadata.Name,
                    Uid = claim.Metadata.Uid!,
                    Node = node?.Metadata.Name ?? "",
                    NodeUid = node?.Metadata.Uid ?? "",
                    IsBack = true,
                    Size = RollSize.Of(claim, context.Pool!),
                    Reasons = ["created by the update that is rolled back"],
                },
                cancellationToken
            );
        }

        await book.SetAsync(static state => state with { IsTurned = true }, cancellationToken);
    }

    // Machines that had the former template before the update stay.
    private bool IsNew(NodeSmithClaim claim) =>
        claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.UpdateAnnotation) == book.Record.Id
        || ClaimTemplate.Of(claim) is { } claimed && claimed.ToJson() == book.Record.To && claimed.ToJson() != book.Record.From;

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (context.Pool is not { } pool || ClaimTemplate.Read(book.Record.From) is not { } from || book.Record.From == book.Record.To)
            return;
        string now = ClaimTemplate.Of(pool).ToJson();
        if (now == book.Record.From)
            return;
        if (now != book.Record.To)
        {
            context.Scope.Observer.Warning(
                $"NodeSmithPool {context.Request.Namespace}/{context.Request.Pool} was changed during its update; its template is not restored."
            );
            return;
        }

        JsonArray patch =
        [
            Patch.Operation("replace", "/metadata/resourceVersion", pool.Metadata.ResourceVersion),
            Patch.Operation("replace", "/spec/providerRef", from.ProviderRef),
            Patch.Operation(
                "replace",
                "/spec/machineTemplate",
                JsonNode.Parse(JsonSerializer.Serialize(from.MachineTemplate, NodeSmithJson.Default.NodeSmithMachineTemplate))
            ),
        ];
        context.Admit(
            await context.Scope.Client.PatchAsync(
                NodeSmithResources.Pools,
                pool.Metadata.Name,
                pool.Metadata.Namespace,
                Patch.Json(patch),
                cancellationToken
            )
        );
        context.Scope.Observer.Verbose(
            $"Restoring the former template of NodeSmithPool {context.Request.Namespace}/{context.Request.Pool}."
        );
    }
}
