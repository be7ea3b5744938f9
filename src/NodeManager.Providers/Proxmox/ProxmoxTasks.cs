using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

internal static class ProxmoxTasks
{
    /// <summary>Completes when the task has succeeded.</summary>
    /// <param name="task">The id, <c>UPID:node:…</c>; empty: no task.</param>
    /// <exception cref="ProviderException">It failed (Failed), met a lock (Pending), or is still running (Unavailable).</exception>
    public static async Task WaitAsync(ProxmoxApi api, string task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (task.Split(':') is not ["UPID", string host, _, _, _, string type, ..])
            return;
        Deadline deadline = new(api.Time, timeout);
        for (TimeSpan pause = TimeSpan.FromMilliseconds(250); ; pause = pause < TimeSpan.FromSeconds(4) ? pause * 2 : pause)
        {
            ProxmoxTaskStatus status = await api.GetAsync(
                $"/nodes/{Uri.EscapeDataString(host)}/tasks/{Uri.EscapeDataString(task)}/status",
                ProxmoxJson.Default.ProxmoxAnswerProxmoxTaskStatus,
                cancellationToken
            );
            if (status.Status == "stopped")
            {
                string exit = status.ExitStatus ?? "ended without a status";
                if (exit == "OK" || exit.StartsWith("WARNINGS:", StringComparison.Ordinal))
                    return;
                throw new ProviderException(
                    ProxmoxApi.IsLocked(exit) ? MachineOutcome.Pending : MachineOutcome.Failed,
                    $"Proxmox task {type} on {host} failed: {exit}"
                )
                {
                    Code = System.Net.HttpStatusCode.OK,
                };
            }

            if (deadline.IsOver)
            {
                throw new ProviderException(
                    MachineOutcome.Pending,
                    $"Proxmox task {type} on {host} has been running for {HumanDuration.Format(timeout)}."
                )
                {
                    Code = System.Net.HttpStatusCode.OK,
                };
            }

            await api.Time.DelayAsync(pause, cancellationToken);
        }
    }
}
