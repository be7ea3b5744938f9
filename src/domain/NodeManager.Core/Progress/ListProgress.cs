using System.Globalization;

namespace NodeManager.Core.Progress;

/// <summary>Reports the progress of a list with several pages; silent for one page.</summary>
internal sealed class ListProgress(string activity, IOperationObserver observer)
{
    private long _read;
    private bool _told;

    /// <param name="page">Its metadata has the number of remaining objects.</param>
    public void Report(int count, ListMeta page)
    {
        _read += count;
        bool last = string.IsNullOrEmpty(page.Continue);
        if (last && !_told)
            return;
        _told = true;
        // Servers do not count the remaining objects of a list with a selector.
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
