float dot(const float *a, const float *b, int n);
