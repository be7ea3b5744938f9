using NodeManager.Core.Machines;

namespace NodeManager.SampleProvider;

/// <summary>
/// A machine is a file: its name is the machine's, its first line the mark that says whose it is, its second the size. What a cloud would do
/// by its API is done here by the file system; the rules are the same.
/// </summary>
public sealed class FolderProvider(MachineProviderSettings settings, string folder) : IMachineProvider, ITestableMachineProvider
{
    private const string Scheme = "folder://";

    private readonly Lock _lock = new();

    public Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken) =>
        Run(() =>
        {
            // The claim decides, not the name: a claim never gets two machines, however often it asks.
            if (FindByClaim(request.ClaimUid) is { } known)
                return MachineResult.Success(known);
            string path = Path.Combine(folder, request.Name);
            if (File.Exists(path))
                return MachineResult.Ended(MachineOutcome.Refused, $"{path} exists and is not the claim's.");
            var mark = new MachineMark(settings.Owner, request.ClaimUid, request.Name, request.Name, IsComplete: true);
            // CreateNew fails where another process was faster, as an API's conditional request would.
            using (var file = new StreamWriter(new FileStream(path, FileMode.CreateNew)))
                file.Write($"{mark.Format()}\n{request.CpuCores} {request.MemoryMiB}\n");
            return MachineResult.Success(Read(path));
        });

    public Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Run(() =>
        {
            (string? path, MachineResult? ended) = Identify(identity);
            if (path is null)
                return ended!;
            File.Delete(path);
            return MachineResult.Success(null);
        });

    public Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Run(() =>
        {
            Machine? found =
                identity.ProviderId is { } id && id.StartsWith(Scheme, StringComparison.Ordinal)
                    ? Read(Path.Combine(folder, Path.GetFileName(id)))
                    : FindByClaim(identity.ClaimUid);
            return found is null
                ? MachineResult.Ended(MachineOutcome.NotFound, $"There is no machine {identity.Name}.")
                : MachineResult.Success(found);
        });

    public Task<MachineListResult> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            lock (_lock)
                return Task.FromResult(MachineListResult.Success([.. All().Where(static one => one.ClaimUid.Length > 0)]));
        }
        catch (IOException e)
        {
            return Task.FromResult(MachineListResult.Ended(MachineOutcome.Unavailable, settings.Redact(e.Message)));
        }
    }

    public Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken) =>
        Run(() =>
        {
            (string? path, MachineResult? ended) = Identify(identity);
            if (path is null)
                return ended!;
            File.SetLastWriteTimeUtc(path, settings.Time.GetUtcNow().UtcDateTime);
            return MachineResult.Success(Read(path));
        });

    public Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MachineProviderFinding>>([
            Directory.Exists(folder)
                ? new("Reachable", true, $"The folder {folder} exists.")
                : new("Reachable", false, $"The folder {folder} does not exist.") { Action = "Create it." },
        ]);

    public void Dispose() { }

    /// <summary>The rule before everything that destroys: read what is there now, and compare all of it.</summary>
    private (string? Path, MachineResult? Ended) Identify(MachineIdentity identity)
    {
        string path = Path.Combine(folder, identity.Name);
        if (!File.Exists(path))
            return (null, MachineResult.Ended(MachineOutcome.NotFound, $"The machine {identity.Name} is gone."));
        MachineMark? mark = MachineMark.Parse(File.ReadAllText(path));
        string? wantedId = identity.ProviderId is { } id ? Path.GetFileName(id) : null;
        return
            MachineOwnership.Check(identity, wantedId, settings.Owner, new(identity.Name, identity.Name, HasTag: true, mark)) is { } differs
            ? (null, MachineResult.Ended(MachineOutcome.Refused, $"Machine {identity.Name} was not touched: {differs}.", Read(path)))
            : (path, null);
    }

    private Machine? FindByClaim(string claimUid) => All().FirstOrDefault(one => one.ClaimUid == claimUid);

    private IEnumerable<Machine> All() => Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(Read).OfType<Machine>();

    private Machine? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        string[] lines = File.ReadAllLines(path);
        string name = Path.GetFileName(path);
        bool isOwn = lines.Length > 1 && MachineMark.Parse(lines[0]) is { } mark && mark.Owner == settings.Owner && mark.Id == name;
        string[] size = isOwn ? lines[1].Split(' ') : ["0", "0"];
        return new()
        {
            Name = name,
            Provider = settings.Name,
            ProviderId = Scheme + name,
            Status = MachineStatus.Running,
            ClaimUid = isOwn ? MachineMark.Parse(lines[0])!.ClaimUid : "",
            IsManaged = isOwn,
            CpuCores = decimal.Parse(size[0], System.Globalization.CultureInfo.InvariantCulture),
            Memory = long.Parse(size[1], System.Globalization.CultureInfo.InvariantCulture) << 20,
            CreatedAt = File.GetCreationTimeUtc(path),
        };
    }

    /// <summary>Failures become outcomes, and no credential gets out in one.</summary>
    private Task<MachineResult> Run(Func<MachineResult> work)
    {
        try
        {
            lock (_lock)
                return Task.FromResult(work());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(MachineResult.Ended(MachineOutcome.Unavailable, settings.Redact(e.Message)));
        }
    }
}
