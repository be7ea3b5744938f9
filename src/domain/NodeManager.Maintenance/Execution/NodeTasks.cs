using System.Runtime.ExceptionServices;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>The work on a drained node: the caller's script, a command on the node, and its reboot.</summary>
internal sealed class NodeTasks(MaintenanceScope scope, MaintenanceOptions options, RunProgressLog ledger, ObjectCache<Node> fleet)
{
    // systemctl returns before the machine goes down, so that the kubelet can still report the end of the command.
    private const string RebootCommand = "if command -v systemctl >/dev/null; then exec systemctl reboot; fi; exec reboot";

    // A process that a shutdown ends has an exit code of 128 and the number of the signal.
    private const int FirstSignal = 128;

    private const int LongestOutput = 1000;

    /// <summary>Runs the caller's script, and records its output with the end of the step.</summary>
    public async Task RunScriptAsync(
        NodeRecord record,
        Func<ClusterNode, CancellationToken, Task<IReadOnlyList<object>>> work,
        CancellationToken cancellationToken
    )
    {
        Node node = await ReadAsync(record, cancellationToken);
        IReadOnlyList<object> output;
        try
        {
            output = await work(NodeMapper.Map(node, scope.Session, scope.Now), cancellationToken);
        }
        catch (WorkFailedException failed)
        {
            ledger.Keep(record.Uid, failed.Output);
            await ledger.UpdateAsync(record.Uid, n => n with { Output = OutputText.Of(failed.Output) }, cancellationToken);
            ExceptionDispatchInfo.Throw(failed.InnerException!);
            throw;
        }

        ledger.Keep(record.Uid, output);
        // In one write with the step's end: an interrupt in between would repeat the script.
        await ledger.UpdateAsync(
            record.Uid,
            n => n.End(NodeMaintenanceStepName.Script, scope.Now) with { Output = OutputText.Of(output) },
            cancellationToken
        );
    }

    /// <summary>
    /// Runs the command on the node, or waits for the one that an earlier process of the run has started. A failure is final: a later resume
    /// of the run starts the command again.
    /// </summary>
    public async Task RunCommandAsync(NodeRecord record, string command, CancellationToken cancellationToken)
    {
        string uid = record.Uid;
        NodeCommandRunner runner = new(scope.Session, scope.Observer)
        {
            Created = (pod, token) => ledger.UpdateAsync(uid, n => n with { CommandPod = pod }, token),
            Ended = (result, token) => RecordAsync(uid, result, token),
        };
        NodeCommandRequest request = new()
        {
            Node = new(record.Name, uid),
            Command = command,
            RunId = $"{ledger.Run.Id}.{record.CommandAttempt}",
            Timeout = options.NodeCommandTimeout ?? NodeCommandRequest.DefaultTimeout,
            Tail = LongestOutput,
            KnownPod = record.CommandPod,
        };
        NodeCommandResult result = await runner.RunAsync(request, cancellationToken);
        if (NodeCommandFailures.Of(result) is { } failure)
            throw failure;
    }

    /// <summary>Starts a reboot, unless the node has rebooted since the step began, and waits for the new boot.</summary>
    public async Task RebootAsync(NodeRecord record, Readiness readiness, CancellationToken cancellationToken)
    {
        Node node = await ReadAsync(record, cancellationToken);
        if (!record.IsRebootBegun)
        {
            // The boot before the drain may be another one.
            await ledger.UpdateAsync(
                record.Uid,
                n => n with { IsRebootBegun = true, BootId = node.Status.NodeInfo?.BootID, Heartbeat = Readiness.ReadyHeartbeat(node) },
                cancellationToken
            );
            record = ledger[record.Uid];
        }

        NodeCommandRequest reboot = RebootOf(record);
        if (node.Status.NodeInfo?.BootID == record.BootId)
            await StartRebootAsync(reboot, readiness, record, cancellationToken);
        await readiness.WaitForRebootAsync(record, cancellationToken);
        await new NodeCommandRunner(scope.Session, scope.Observer).RemoveAsync(reboot, cancellationToken);
    }

    /// <exception cref="NodeGoneException">The node was deleted or replaced.</exception>
    public async Task<Node> ReadAsync(NodeRecord record, CancellationToken cancellationToken)
    {
        Node node = await scope.Retry.RunAsync(
            token => NodeGoneException.GuardAsync(record.Name, () => scope.Client.GetAsync(Resources.Nodes, record.Name, null, token)),
            cancellationToken
        );
        return node.Metadata.Uid == record.Uid ? node : throw new NodeGoneException(record.Name);
    }

    /// <summary>Killed during the script: a machine that has rebooted since need not be rebooted again.</summary>
    public bool HasRebooted(NodeRecord record) =>
        options.WaitForReboot
        && record.HasBegun(NodeMaintenanceStepName.Script)
        && !record.HasDone(NodeMaintenanceStepName.Script)
        && fleet.Find(record.Uid)?.Status.NodeInfo?.BootID is { Length: > 0 } boot
        && boot != record.BootId;

    private async Task RecordAsync(string uid, NodeCommandResult result, CancellationToken cancellationToken)
    {
        ledger.Keep(uid, [.. result.Output]);
        bool hasSucceeded = result.Status == NodeCommandStatus.Succeeded;
        bool mayStillRun = result.Status == NodeCommandStatus.Unknown && result.IsPodKept;
        await ledger.UpdateAsync(
            uid,
            n =>
            {
                NodeRecord ended = n with { ExitCode = result.ExitCode, Output = OutputText.Of(result.Output) };
                if (hasSucceeded)
                    ended = ended.End(NodeMaintenanceStepName.Command, scope.Now);
                return mayStillRun ? ended : ended with { CommandPod = null, CommandAttempt = n.CommandAttempt + 1 };
            },
            cancellationToken
        );
    }

    // The pod is kept until the new boot: a resumed run that created another one would reboot the node twice.
    private NodeCommandRequest RebootOf(NodeRecord record) =>
        new()
        {
            Node = new(record.Name, record.Uid),
            Command = BootCheck(record.BootId) + RebootCommand,
            RunId = ledger.Run.Id + ".reboot",
            Timeout = options.WaitReadyTimeout,
            KeepsPod = true,
        };

    // A kubelet that was down may start the pod after another reboot. The ID comes from the node's status, which others may write.
    private static string BootCheck(string? bootId) =>
        Guid.TryParseExact(bootId, "D", out Guid boot) ? $"[ \"$(cat /proc/sys/kernel/random/boot_id)\" = {boot} ] || exit 0; " : "";

    // A reboot often ends its own command, or the report of its end.
    private async Task StartRebootAsync(
        NodeCommandRequest reboot,
        Readiness readiness,
        NodeRecord record,
        CancellationToken cancellationToken
    )
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task booted = readiness.WaitForRebootAsync(record, over.Token);
        Task<NodeCommandResult> command = new NodeCommandRunner(scope.Session, scope.Observer).RunAsync(reboot, over.Token);
        try
        {
            if (await Task.WhenAny(booted, command) == command && await command is { } result && IsRefused(result))
            {
                // Otherwise a resumed run would find the same refusal.
                await new NodeCommandRunner(scope.Session, scope.Observer).RemoveAsync(reboot, cancellationToken);
                throw NodeCommandFailures.Of(result)!;
            }

            await booted;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(booted, command).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsRefused(NodeCommandResult result) =>
        result.Status == NodeCommandStatus.NotStarted || result.ExitCode is > 0 and < FirstSignal;
}
