using System.Text.Json;
using NodeManager.Core.Machines;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A provider type that needs a Secret with TOKEN, and remembers what providers were made of.</summary>
internal sealed class RecordingFactory : IMachineProviderFactory
{
    public string Type => "example.com/recording";

    public List<RecordingProvider> Made { get; } = [];

    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [MachineSecret.Require(spec, "TOKEN")];

    public IReadOnlyList<string> Validate(MachineProviderSettings settings) =>
        settings.Credentials.Find("TOKEN") is { } token && token.StartsWith("bad", StringComparison.Ordinal)
            ? [$"The token {token} has the wrong form."]
            : [];

    public IMachineProvider Create(MachineProviderSettings settings)
    {
        var provider = new RecordingProvider(settings);
        Made.Add(provider);
        return provider;
    }
}

internal sealed class RecordingProvider(MachineProviderSettings settings) : IMachineProvider
{
    public MachineProviderSettings Settings => settings;

    /// <summary>Ends what a list waits for.</summary>
    public TaskCompletionSource Listed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDisposed { get; private set; }

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(MachineResult.Success(null));

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Task.FromResult(MachineResult.Success(null));

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Task.FromResult(MachineResult.Ended(MachineOutcome.NotFound, IsDisposed ? "disposed" : "none"));

    public async Task<MachineListResult> ListAsync(CancellationToken cancellationToken)
    {
        await Listed.Task.WaitAsync(cancellationToken);
        return MachineListResult.Success([]);
    }

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Task.FromResult(MachineResult.Success(null));

    public void Dispose() => IsDisposed = true;
}
