using System.Globalization;
using NodeManager.Autoscaling.Forecasts.Simulation;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Simulates a load with several settings of an autoscaler. Needs no cluster.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "NodeAutoscaler", DefaultParameterSetName = GeneratedSet)]
[OutputType(typeof(NodeAutoscalerMeasurement))]
public sealed class MeasureNodeAutoscalerCommand : AsyncCmdlet
{
    private const string GeneratedSet = "Generated",
        RecordedSet = "Recorded";

    private static readonly int[] Cores = [2, 4, 8, 16];

    private readonly List<SimulatedPod> _recorded = [];

    /// <summary>Names of settings, or hashtables.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(AutoscalerSettingCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Setting { get; set; } = [.. SimulatedAutoscaler.All.Select(static one => one.Name)];

    /// <summary>Pods of a recorded load: rows with Arrival, CpuCores, Memory and Lifetime.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = RecordedSet)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Of a generated load.</summary>
    [Parameter(ParameterSetName = GeneratedSet)]
    [ValidateRange(0.1, 10_000)]
    public double PodsPerHour { get; set; } = 60;

    [Parameter]
    public int Seed { get; set; } = 1;

    /// <summary>The simulated time.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Duration { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The sizes of machines, as <c>NAME=CORESxMEMORY+price=AMOUNT</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Shape { get; set; } =
    [
        // The proportions of on-demand prices that AWS publishes for c5, m5 and r5 in us-east-1.
        .. Cores.SelectMany(static cores =>
            new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"c{cores}={cores}x{cores * 2}Gi+price={cores * 0.0425m}"),
                string.Create(CultureInfo.InvariantCulture, $"m{cores}={cores}x{cores * 4}Gi+price={cores * 0.048m}"),
                string.Create(CultureInfo.InvariantCulture, $"r{cores}={cores}x{cores * 8}Gi+price={cores * 0.063m}"),
            }
        ),
    ];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Currency { get; set; } = "USD";

    /// <summary>From the order of a machine to its Ready node.</summary>
    [Parameter]
    [Duration]
    public TimeSpan ProvisioningTime { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Of each pool; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxNodes { get; set; }

    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    private protected override int WorkLimit => ThrottleLimit;

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(Duration), Duration);
        DurationAttribute.RequireNotNegative(nameof(ProvisioningTime), ProvisioningTime);
    }

    private protected override void Process() => _recorded.AddRange(InputObject.Select(Read));

    private protected override void End()
    {
        List<SimulatedAutoscaler> settings = [.. Setting.Select(AutoscalerSettings.Read)];
        SimulatedMachines machines = new([.. Shape.Select(ParsePriced)], Currency, ProvisioningTime, MaxNodes);
        IReadOnlyList<SimulatedPod> load =
            ParameterSetName == RecordedSet ? _recorded : SimulatedLoad.Generate(Duration, PodsPerHour, Seed);
        foreach (SimulatedAutoscaler setting in settings)
            Start(setting.Name, worker => Task.Run(() => Run(setting, machines, load, worker), worker.Token));
    }

    private void Run(SimulatedAutoscaler setting, SimulatedMachines machines, IReadOnlyList<SimulatedPod> load, Worker worker)
    {
        void Report(TimeSpan at, bool isDone) =>
            worker.Progress(
                new(
                    setting.Name,
                    $"Simulating {setting.Name}",
                    string.Create(CultureInfo.InvariantCulture, $"{at.TotalDays:0} of {Duration.TotalDays:0.#} days"),
                    (int)(100 * (at / Duration)),
                    isDone
                )
            );

        NodeAutoscalerMeasurement measured = AutoscalerSimulation.Run(
            setting,
            machines,
            load,
            Duration,
            Seed,
            at => Report(at, false),
            worker.Token
        );
        Report(Duration, true);
        worker.Output(measured);
    }

    private static NodePoolShape ParsePriced(string text) =>
        ShapeText.Parse(text) is { Price: not null } shape
            ? shape
            : throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidArgument,
                $"'{text}' has no price.",
                text,
                "Write NAME=CORESxMEMORY+price=AMOUNT, such as large=8x32Gi+price=0.40."
            );

    private static SimulatedPod Read(PSObject row)
    {
        TimeSpan Span(string field) =>
            new DurationAttribute().Transform(null!, ObjectRow.Read(row, field)) is TimeSpan span ? span : default;
        try
        {
            return new(
                Span("Arrival"),
                decimal.Parse(ObjectRow.Read(row, "CpuCores"), CultureInfo.InvariantCulture),
                (long)Quantity.Parse(ObjectRow.Read(row, "Memory")).Value,
                Span("Lifetime")
            );
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException or MetadataException)
        {
            throw new NodeManagerException(
                ErrorIds.ConfigurationValueInvalid,
                ErrorKind.InvalidData,
                $"The row '{row}' is not a pod of a load: {wrong.Message}",
                row,
                "Each row needs Arrival and Lifetime (seconds, or 5m), CpuCores (0.5) and Memory (512Mi)."
            );
        }
    }
}
