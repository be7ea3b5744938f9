using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Progress;

/// <summary>Tells how far a list is that comes in several pages; of one page it says nothing.</summary>
/// <param name="activity">What is read.</param>
/// <param name="observer">Whom to tell.</param>
internal sealed class ListProgress(string activity, IOperationObserver observer)
{
    private long _read;
    private bool _told;

    /// <param name="count">Objects of the page.</param>
    /// <param name="page">What the server says about the rest.</param>
    public void Report(int count, ListMeta page)
    {
        _read += count;
        bool last = string.IsNullOrEmpty(page.Continue);
        if (last && !_told)
            return;
        _told = true;
        // Servers do not count what is left of a list with a selector.
        long? total = last ? _read : _read + page.RemainingItemCount;
        observer.Progress(
            new(
                activity,
                activity,
                total is null
                    ? _read.ToString(CultureInfo.InvariantCulture)
                    : string.Create(CultureInfo.InvariantCulture, $"{_read} of {total}"),
                total is > 0 ? (int)(_read * 100 / total.Value) : -1,
                last
            )
        );
    }
}
