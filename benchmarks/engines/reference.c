/* The reference: leaky integrate-and-fire neurons with exponential currents, in plain C.
 *
 * Compiled twice by c.py, with REAL as float and as double. The order inside a step is
 * that of lsm.kernel.Network: move, decay, arrive, threshold, send with a delay of one step.
 */
#include <stdint.h>
#include <string.h>

typedef struct {
    REAL decay, decay_exc, decay_inh, gain_exc, gain_inh, threshold, reset, refractory;
} Constants;

void simulate(
    int64_t n_samples, int64_t n_neurons, int64_t n_steps,
    const int64_t *event_offset, const int32_t *event_step, const int32_t *event_channel,
    const int64_t *w_indptr, const uint32_t *w_target, const REAL *w_weight,
    const uint8_t *inhibitory, const REAL *w_dense, const REAL *w_in, Constants c, REAL *v,
    REAL *wait, REAL *exc, REAL *inh, uint8_t *spiked, uint32_t *fired, REAL *counts)
{
    int64_t padded = (n_neurons + 7) / 8 * 8;
    for (int64_t sample = 0; sample < n_samples; sample++) {
        memset(v, 0, n_neurons * sizeof(REAL));
        memset(wait, 0, n_neurons * sizeof(REAL));
        memset(exc, 0, n_neurons * sizeof(REAL));
        memset(inh, 0, n_neurons * sizeof(REAL));
        memset(counts, 0, n_neurons * sizeof(REAL));
        int64_t event = event_offset[sample], last = event_offset[sample + 1], n_fired = 0;
        for (int64_t t = 0; t < n_steps; t++) {
#pragma GCC ivdep
            for (int64_t n = 0; n < n_neurons; n++) {
                REAL moved = c.decay * v[n] + c.gain_exc * exc[n] + c.gain_inh * inh[n];
                REAL u = wait[n] < 1 ? moved : v[n];
                int spike = u >= c.threshold;
                v[n] = spike ? c.reset : u;
                wait[n] = spike ? c.refractory : wait[n] - 1;
                spiked[n] = spike;
                exc[n] *= c.decay_exc;
                inh[n] *= c.decay_inh;
            }
            for (int64_t k = 0; k < n_fired; k++) {
                uint32_t pre = fired[k];
                REAL *current = inhibitory[pre] ? inh : exc;
                if (w_dense) {
                    const REAL *row = w_dense + (size_t)pre * n_neurons;
#pragma GCC ivdep
                    for (int64_t n = 0; n < n_neurons; n++) current[n] += row[n];
                } else
                    for (int64_t s = w_indptr[pre]; s < w_indptr[pre + 1]; s++)
                        current[w_target[s]] += w_weight[s];
            }
            for (; event < last && event_step[event] == t; event++) {
                const REAL *row = w_in + (size_t)event_channel[event] * n_neurons;
#pragma GCC ivdep
                for (int64_t n = 0; n < n_neurons; n++) exc[n] += row[n];
            }
            n_fired = 0;
            for (int64_t word = 0; word < padded / 8; word++) {
                uint64_t eight;
                memcpy(&eight, spiked + 8 * word, 8);
                if (eight)
                    for (int64_t n = 8 * word; n < 8 * word + 8; n++) {
                        fired[n_fired] = n;
                        n_fired += spiked[n];
                    }
            }
            for (int64_t k = 0; k < n_fired; k++) counts[fired[k]] += 1;
        }
        counts += n_neurons;
    }
}
