package org.ebbflow.cli.input;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Copies a file from the network, and gives up when nothing arrives any more. */
final class Download {
  /** Told of every piece. */
  interface Received {
    /**
     * @param bytes so far
     * @param total as the server announced it, or -1
     */
    void bytes(long bytes, long total);
  }

  private final Duration patience;
  private final HttpClient client;

  /**
   * @param patience how long to wait for a connection, an answer or the next piece
   */
  Download(Duration patience) {
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(patience)
            .followRedirects(Redirect.NORMAL)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /**
   * Writes what a server answers to {@code out}.
   *
   * @throws IOException whose message continues "https://… ", such as "answered 404"
   * @throws InterruptedException when interrupted; the transfer is given up
   */
  void copy(URI source, OutputStream out, Received received)
      throws IOException, InterruptedException {
    Transfer transfer = new Transfer(out, received);
    HttpRequest request =
        HttpRequest.newBuilder(source).timeout(patience).header("User-Agent", "ebb").build();
    CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, transfer.handler());
    try {
      int status = await(answer, transfer).statusCode();
      if (status != 200) {
        throw new IOException("answered " + status);
      }
      transfer.rethrow();
    } finally {
      answer.cancel(true);
    }
  }

  // The request's own timeout ends with the headers; a body that stalls must be watched for.
  private HttpResponse<Void> await(CompletableFuture<HttpResponse<Void>> answer, Transfer transfer)
      throws IOException, InterruptedException {
    while (true) {
      long before = transfer.bytes;
      try {
        // Twice as long as the client itself waits: its reasons are better than ours.
        return answer.get(2 * patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        transfer.rethrow();
        if (transfer.bytes == before) {
          throw new IOException("stopped sending after " + before + " bytes", e);
        }
      } catch (ExecutionException e) {
        transfer.rethrow();
        throw new IOException(reason(e), e);
      }
    }
  }

  private static String reason(ExecutionException e) {
    @Nullable Throwable cause = e.getCause();
    if (cause instanceof HttpTimeoutException) {
      return "does not answer";
    }
    if (cause instanceof ConnectException) {
      return "cannot be reached";
    }
    return "broke off (" + (cause == null ? e : cause).toString().replaceAll("\\s+", " ") + ")";
  }

  /** The body as it comes in on the client's threads. */
  private static final class Transfer {
    private final OutputStream out;
    private final Received received;
    private volatile long bytes;
    private volatile @Nullable IOException writing;

    Transfer(OutputStream out, Received received) {
      this.out = out;
      this.received = received;
    }

    BodyHandler<Void> handler() {
      return info -> {
        long total = info.headers().firstValueAsLong("Content-Length").orElse(-1);
        return info.statusCode() == 200
            ? BodySubscribers.ofByteArrayConsumer(piece -> take(piece, total))
            : BodySubscribers.replacing(null);
      };
    }

    // One piece at a time, in order, as reactive streams promise.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void take(Optional<byte[]> piece, long total) {
      if (piece.isEmpty() || writing != null) {
        return;
      }
      try {
        out.write(piece.get());
        bytes += piece.get().length;
        received.bytes(bytes, total);
      } catch (IOException e) {
        writing = e;
      }
    }

    void rethrow() throws IOException {
      @Nullable IOException failed = writing;
      if (failed != null) {
        throw new IOException("cannot be stored (" + failed + ")", failed);
      }
    }
  }
}
