using System.Net;
using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Autoscaling.Pools;

/// <summary>
/// Reports in the status of each CapacityBuffer how much of its room exists. Written only on a change: another autoscaler may serve the
/// same buffers.
/// </summary>
internal sealed class BufferReporter(AutoscalerScope scope, BufferInputs inputs)
{
    private Dictionary<string, Report> _reported = new(StringComparer.Ordinal);

    /// <exception cref="KubernetesException">The server fails; a refused status is reported again with the next change.</exception>
    public async Task ReportAsync(IReadOnlyList<BufferOutcome> outcomes, CancellationToken cancellationToken)
    {
        Dictionary<string, Report> reported = new(StringComparer.Ordinal);
        foreach (BufferOutcome outcome in outcomes)
        {
            CapacityBuffer buffer = outcome.Buffer;
            Report report = Of(outcome);
            if (_reported.GetValueOrDefault(buffer.Metadata.Uid!) == report || await WriteStatusAsync(buffer, report, cancellationToken))
                reported[buffer.Metadata.Uid!] = report;
        }

        _reported = reported;
    }

    /// <summary>The status of a buffer.</summary>
    internal static Report Of(BufferOutcome outcome)
    {
        CapacityBufferSpec spec = outcome.Buffer.Spec;
        string strategy = spec.ProvisioningStrategy ?? CapacityBufferSpec.ActiveCapacity;
        long? generation = outcome.Buffer.Metadata.Generation;
        if (outcome.Target is not { } target)
        {
            string missing =
                spec.PodTemplateRef is { } template ? $"PodTemplate {template.Name}"
                : spec.ScalableRef is { } scalable ? $"{scalable.Kind} {scalable.Name}"
                : "";
            return new(
                generation,
                strategy,
                null,
                null,
                0,
                "False",
                missing.Length > 0 ? "TargetNotFound" : "Invalid",
                missing.Length > 0
                    ? $"There is no {missing} in the namespace, or its kind is not Deployment, ReplicaSet or StatefulSet."
                    : "Either podTemplateRef or scalableRef must be set."
            );
        }

        (string status, string reason, string message) = (
            outcome.Desired - outcome.Free,
            outcome.Desired - outcome.Free - outcome.Coming
        ) switch
        {
            (<= 0, _) => ("True", "Provisioned", $"Nodes have room for {Pods(outcome.Desired)}."),
            (_, <= 0) => (
                "False",
                "Provisioning",
                $"Nodes have room for {outcome.Free} of {Pods(outcome.Desired)}; machines for the others are being created."
            ),
            var (_, none) => (
                "False",
                "NoCapacity",
                $"Nodes have room for {outcome.Free} of {Pods(outcome.Desired)}; no pool can create machines for {none} of them."
            ),
        };
        bool isTemplate = spec.PodTemplateRef is not null;
        return new(
            generation,
            strategy,
            isTemplate ? target.Name : null,
            isTemplate ? target.Generation : null,
            outcome.Desired,
            status,
            reason,
            message
        );
    }

    private async Task<bool> WriteStatusAsync(CapacityBuffer buffer, Report report, CancellationToken cancellationToken)
    {
        var writer = new NodeSmithWriter<CapacityBuffer, CapacityBufferSpec, CapacityBufferStatus>(
            scope.Client,
            NodeSmithResources.CapacityBuffers,
            NodeSmithJson.Default.CapacityBufferStatus,
            inputs.Cache
        );
        try
        {
            await writer.KeepStatusAsync(
                buffer,
                now => now.Metadata.Generation == report.Generation,
                status =>
                {
                    status.ProvisioningStrategy = report.Strategy;
                    status.Replicas = report.Replicas;
                    status.PodTemplateRef = report.Template is null ? null : new() { Name = report.Template };
                    status.PodTemplateGeneration = report.TemplateGeneration;
                    status.Conditions = status.Conditions.With(
                        NodeSmithConditions.Ready,
                        report.Status,
                        report.Reason,
                        report.Message,
                        scope.Now,
                        report.Generation
                    );
                },
                cancellationToken
            );
            return true;
        }
        catch (KubernetesException e)
            when (e.Code is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict)
        {
            scope.Observer.Verbose(
                $"The status of CapacityBuffer {buffer.Metadata.Namespace}/{buffer.Metadata.Name} cannot be written: {e.Message}"
            );
            return e.Code != HttpStatusCode.Conflict;
        }
    }

    private static string Pods(int count) => count == 1 ? "1 pod" : $"{count} pods";

    /// <summary>The content of a buffer's status.</summary>
    internal sealed record Report(
        long? Generation,
        string Strategy,
        string? Template,
        long? TemplateGeneration,
        int Replicas,
        string Status,
        string Reason,
        string Message
    );
}
