using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Providers.Redfish;

/// <summary>Compares what a shape has beyond cores and memory with the inventory of a server: accelerators and drives.</summary>
internal static class RedfishHardware
{
    private const string EphemeralStorage = "ephemeral-storage";

    private static readonly string[] Accelerators = ["GPU", "FPGA", "Accelerator", "DSP"];

    /// <summary>What a request needs beyond cores and memory, for messages.</summary>
    public static string TextOf(MachineRequest request) =>
        request.Resources.Keys.Any(IsChecked) ? $" with the accelerators and drives of shape '{request.Shape}'" : "";

    /// <summary>True if the server lacks a part of the request. The inventory is read only if the request needs it.</summary>
    public static async Task<bool> LacksAsync(
        RedfishServer server,
        RedfishComputer computer,
        MachineRequest request,
        CancellationToken cancellationToken
    )
    {
        if (server.System.Resources is { } stated)
            return request.Resources.Any(one =>
                IsChecked(one.Key) && one.Value > (stated.TryGetValue(one.Key, out Quantity there) ? there.Value : 0)
            );
        decimal devices = request.Resources.Where(static one => IsDevice(one.Key)).Sum(static one => one.Value),
            bytes = request.Resources.GetValueOrDefault(EphemeralStorage);
        if (devices > 0 && devices > await CountAcceleratorsAsync(server, computer, cancellationToken))
            return true;
        return bytes > 0 && await ReadDrivesAsync(server, computer, cancellationToken) is { } capacity && capacity < bytes;
    }

    private static bool IsDevice(string resource) => resource.Contains('/', StringComparison.Ordinal);

    private static bool IsChecked(string resource) => IsDevice(resource) || resource == EphemeralStorage;

    private static async Task<int> CountAcceleratorsAsync(
        RedfishServer server,
        RedfishComputer computer,
        CancellationToken cancellationToken
    )
    {
        if (computer.Processors is not { Id.Length: > 0 } link)
            return 0;
        int count = 0;
        RedfishCollection processors = await server.Api.GetAsync(link.Id, RedfishJson.Default.RedfishCollection, cancellationToken);
        foreach (RedfishLink member in processors.Members)
        {
            RedfishProcessor processor = await server.Api.GetAsync(member.Id, RedfishJson.Default.RedfishProcessor, cancellationToken);
            if (Accelerators.Contains(processor.ProcessorType))
                count++;
        }

        return count;
    }

    /// <summary>Bytes; null: the controller does not report its drives, as many do not before the server has run.</summary>
    private static async Task<decimal?> ReadDrivesAsync(RedfishServer server, RedfishComputer computer, CancellationToken cancellationToken)
    {
        if (computer.Storage is not { Id.Length: > 0 } link)
            return null;
        decimal? sum = null;
        RedfishCollection controllers = await server.Api.GetAsync(link.Id, RedfishJson.Default.RedfishCollection, cancellationToken);
        foreach (RedfishLink member in controllers.Members)
        {
            RedfishStorage storage = await server.Api.GetAsync(member.Id, RedfishJson.Default.RedfishStorage, cancellationToken);
            foreach (RedfishLink drive in storage.Drives ?? [])
                if ((await server.Api.GetAsync(drive.Id, RedfishJson.Default.RedfishDrive, cancellationToken)).CapacityBytes is { } bytes)
                    sum = (sum ?? 0) + bytes;
        }

        return sum;
    }
}
