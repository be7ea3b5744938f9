using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>Starts, stops and destroys machines. The state read afterwards counts, not the response.</summary>
internal sealed class ProxmoxPower(ProxmoxApi api, ProxmoxInventory inventory, TimeSpan taskTimeout)
{
    private const int Attempts = 3;

    public Task StartAsync(ProxmoxVm machine, CancellationToken cancellationToken) => SetAsync(machine, true, cancellationToken);

    /// <summary>Powers off immediately.</summary>
    public Task StopAsync(ProxmoxVm machine, CancellationToken cancellationToken) => SetAsync(machine, false, cancellationToken);

    /// <summary>Requests a reboot, and resets the machine after a minute without one.</summary>
    public async Task RestartAsync(ProxmoxVm machine, CancellationToken cancellationToken)
    {
        if (await inventory.IsRunningAsync(machine, cancellationToken))
        {
            try
            {
                string task = await api.ChangeAsync(
                    HttpMethod.Post,
                    $"{machine.Path}/status/reboot",
                    [new("timeout", "60")],
                    cancellationToken
                );
                await ProxmoxTasks.WaitAsync(api, task, taskTimeout, cancellationToken);
                return;
            }
            catch (ProviderException e) when (e.Outcome is MachineOutcome.Failed or MachineOutcome.Unavailable)
            {
                await StopAsync(machine, cancellationToken);
            }
        }

        await StartAsync(machine, cancellationToken);
    }

    /// <summary>Destroys a stopped machine that was identified immediately before.</summary>
    public async Task DestroyAsync(ProxmoxVm machine, CancellationToken cancellationToken)
    {
        // Keeps unreferenced disks: those of the same number may be another machine's.
        string task = await api.ChangeAsync(HttpMethod.Delete, machine.Path, [new("purge", "1")], cancellationToken);
        await ProxmoxTasks.WaitAsync(api, task, taskTimeout, cancellationToken);
    }

    private async Task SetAsync(ProxmoxVm machine, bool run, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (await inventory.IsRunningAsync(machine, cancellationToken) == run)
                return;
            try
            {
                string task = await api.ChangeAsync(
                    HttpMethod.Post,
                    $"{machine.Path}/status/{(run ? "start" : "stop")}",
                    [],
                    cancellationToken
                );
                await ProxmoxTasks.WaitAsync(api, task, taskTimeout, cancellationToken);
            }
            catch (ProviderException e) when (attempt < Attempts && (e.MayHaveExecuted || e.Outcome == MachineOutcome.Failed))
            {
                // The change may have been executed.
                await api.Time.DelayAsync(TimeSpan.FromSeconds(attempt), cancellationToken);
                continue;
            }

            if (await inventory.IsRunningAsync(machine, cancellationToken) == run)
                return;
            if (attempt < Attempts)
                continue;
            throw new ProviderException(
                MachineOutcome.Failed,
                $"Machine {machine.IdText} was asked {Attempts} times to {(run ? "start" : "stop")} and did not."
            )
            {
                Code = System.Net.HttpStatusCode.OK,
            };
        }
    }
}
