using System.Runtime.InteropServices;
using NodeManager.Formats;
using NodeManager.Monitoring.Screens;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Draws the health of a cluster and the resources of its nodes as two text screens.</summary>
[Cmdlet(VerbsCommon.Show, "ClusterHealth")]
[OutputType(typeof(string))]
public sealed class ShowClusterHealthCommand : SessionCmdlet
{
    private static readonly object Resized = new();

    private readonly Dictionary<NodeManagerSession, ClusterScreen> _screens = [];
    private readonly Dictionary<NodeManagerSession, IReadOnlyList<string>> _drawn = [];
    private int _height;

    /// <summary>Redraw on changes until Ctrl-C.</summary>
    [Parameter]
    public SwitchParameter Watch { get; set; }

    /// <summary>The percentage from which a share is yellow and marked with one exclamation mark.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int WarningThreshold { get; set; } = 75;

    /// <summary>The percentage from which a share is red and marked with two exclamation marks.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int CriticalThreshold { get; set; } = 90;

    private protected override void Begin()
    {
        if (WarningThreshold > CriticalThreshold)
        {
            throw new NodeManagerException(
                ErrorIds.ConfigurationValueInvalid,
                ErrorKind.InvalidArgument,
                $"-WarningThreshold {WarningThreshold} is greater than -CriticalThreshold {CriticalThreshold}.",
                WarningThreshold,
                "Specify a -WarningThreshold of at most -CriticalThreshold; the defaults are 75 and 90."
            );
        }
    }

    private protected override void End()
    {
        Sessions.StartInEach(
            async (worker, session) =>
            {
                // Windows has no such signal; the next change is drawn with the new size.
                using PosixSignalRegistration? resized =
                    Watch && !OperatingSystem.IsWindows()
                        ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => worker.Output(Resized))
                        : null;
                await foreach (ClusterScreen screen in ClusterScreens.FollowAsync(session, Watch, worker, worker.Token))
                    Post(worker, session, screen);
            }
        );
    }

    // Only the pipeline thread knows the window.
    private static void Post(Worker worker, NodeManagerSession session, ClusterScreen screen) =>
        worker.Output(KeyValuePair.Create(session, screen));

    private protected override void Output(object value)
    {
        if (IsStopped)
            return;
        bool isInPlace = Watch && !Console.IsOutputRedirected && MyInvocation.PipelinePosition == MyInvocation.PipelineLength;
        if (ReferenceEquals(value, Resized))
        {
            if (!isInPlace || _screens.Count == 0)
                return;
            foreach ((NodeManagerSession session, ClusterScreen screen) in _screens)
                _drawn[session] = Draw(screen);
            // A terminal rewraps lines when its window shrinks, so the screen's height is unknown.
            DrawInPlace("\e[H\e[2J");
            return;
        }

        if (value is not KeyValuePair<NodeManagerSession, ClusterScreen> next)
            return;
        bool isDrawnBefore = _drawn.ContainsKey(next.Key);
        _screens[next.Key] = next.Value;
        _drawn[next.Key] = Draw(next.Value);
        if (!Watch)
        {
            foreach (string line in _drawn[next.Key])
                WriteObject(line);
            return;
        }

        // Screens are appended to a file or pipeline, and redrawn in place in a terminal.
        if (isInPlace)
            DrawInPlace(_height > 0 ? $"\e[{_height}A\e[J" : "");
        else
            WriteObject(string.Join('\n', [.. isDrawnBefore ? [""] : Array.Empty<string>(), .. _drawn[next.Key]]));
    }

    private void DrawInPlace(string back)
    {
        List<string> lines = Fitting([.. _drawn.Values.SelectMany(static one => one.Append(""))]);
        _height = lines.Count;
        WriteObject(back + string.Join('\n', lines));
    }

    private IReadOnlyList<string> Draw(ClusterScreen screen)
    {
        IReadOnlyList<string> drawn = HealthScreen.Draw(screen, HostWindow.ColumnsOf(Host), new(WarningThreshold, CriticalThreshold));
        return Console.IsOutputRedirected ? [.. drawn.Select(CellText.Plain)] : drawn;
    }

    // Lines above the window cannot be redrawn.
    private List<string> Fitting(List<string> lines) =>
        HostWindow.RowsOf(Host) is > 4 and int rows && lines.Count >= rows ? lines.GetRange(0, rows - 1) : lines;
}
